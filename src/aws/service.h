// One AWS service at one endpoint: requests that are tried again while that can help.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "aws/service_error.h"
#include "aws/signed_http.h"
#include "core/backoff.h"
#include "core/clock.h"
#include "core/error.h"

namespace marquee::aws {

struct RetryOptions {
  int tries = 8;                             // the first one included
  std::chrono::milliseconds budget{20'000};  // after it no further try begins
  BackoffOptions backoff{};
};

struct ServiceOptions {
  Endpoint endpoint;
  HttpLimits limits{};
  RetryOptions retries{};
};

struct Outcome {
  HttpAnswer answer;  // a success, or a refusal that no further try would change
  int tries = 1;
  bool throttled = false;  // at least one try was answered with "less often, please"
};

// Since the service was made; for metrics.
struct ServiceCounts {
  std::int64_t requests = 0;   // tries
  std::int64_t retries = 0;    // of them, those after the first
  std::int64_t throttled = 0;  // answers that asked for less
  std::int64_t given_up = 0;   // calls that ended as kUnavailable
};

// Thread-safe.
class Service {
 public:
  // `clock` must outlive it. kUsage when the endpoint's URL is none.
  static Result<Service> make(const ServiceOptions& options, Credentials credentials, Clock& clock);

  // kUnavailable when tries or budget are used up, or the server asked to stay away for longer than
  // the budget; whether the request was carried out is not known then. Other errors: SignedHttp.
  Result<Outcome> send(const HttpRequest& request) const { return send(request, retries_); }
  Result<Outcome> send(const HttpRequest& request, const RetryOptions& retries) const;

  const std::string& url() const { return http_.url(); }
  ServiceCounts counts() const;

 private:
  struct Counters {
    std::atomic<std::int64_t> requests = 0, retries = 0, throttled = 0, given_up = 0;
  };
  Service(SignedHttp http, const RetryOptions& retries, Clock& clock);

  SignedHttp http_;
  RetryOptions retries_;
  Clock* clock_;
  std::unique_ptr<Counters> counters_;
};

}  // namespace marquee::aws
