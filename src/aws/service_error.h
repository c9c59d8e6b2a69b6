// What an answer that is not a success means.
#pragma once

#include <chrono>
#include <string>

#include "aws/signed_http.h"
#include "core/error.h"

namespace marquee::aws {

// As the service words it: XML of S3, JSON of DynamoDB. Without either the code is empty.
struct ServiceError {
  std::string code;  // "NoSuchBucket", "ProvisionedThroughputExceededException"
  std::string message;
};
ServiceError service_error(const HttpAnswer& answer);

enum class Verdict {
  kSuccess,    // 2xx
  kThrottled,  // asked to come less often
  kTransient,  // the same request may succeed later
  kRefused,    // trying again does not help
};
Verdict verdict_on(const HttpAnswer& answer);

// Retry-After in seconds; 0 when it is not there.
std::chrono::milliseconds retry_after(const HttpAnswer& answer);

// Of an answer that is no success. kUsage: credentials, region or bucket; kNotFound: the object,
// upload or table that was named; kConflict: a condition did not hold; kUnavailable: throttled or
// transient; kInternal: the service does not understand the request.
Error to_error(const HttpAnswer& answer, std::string where);

}  // namespace marquee::aws
