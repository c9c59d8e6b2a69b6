// One object of a bucket, and requests for it. Internal to objects/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/service.h"

namespace marquee {

struct S3Object {
  const aws::Service* service = nullptr;
  std::string bucket;
  std::string key;

  // For messages: "s3://bucket/key at http://127.0.0.1:7070".
  std::string place() const;

  // Sends the request with this object's path; kUnavailable and the like name this object. A
  // refusal is an answer.
  Result<aws::Outcome> send(aws::HttpRequest request) const;
  // The same for callers to whom a refusal is an error.
  Result<aws::HttpAnswer> send_expecting_success(aws::HttpRequest request) const;
};

bool is_success(const aws::HttpAnswer& answer);

// A put can be carried out and its answer be lost. Each put that must know carries a mark of its
// own in the object's metadata.
inline constexpr const char* kMarkHeader = "x-amz-meta-marquee-put";
std::string new_mark();
// The object's version when it was put with this mark, else nullopt.
Result<std::optional<std::string>> version_with_mark(const S3Object& object,
                                                     const std::string& mark);

}  // namespace marquee
