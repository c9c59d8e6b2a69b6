#include "objects/s3_object.h"

#include <fmt/format.h>

#include "core/random_name.h"

namespace marquee {

std::string S3Object::place() const {
  return fmt::format("s3://{}/{} at {}", bucket, key, service->url());
}

Result<aws::Outcome> S3Object::send(aws::HttpRequest request) const {
  request.path = fmt::format("/{}/{}", bucket, key);
  auto outcome = service->send(request);
  if (!outcome) outcome.error().where = place();
  return outcome;
}

Result<aws::HttpAnswer> S3Object::send_expecting_success(aws::HttpRequest request) const {
  MARQUEE_ASSIGN(aws::Outcome outcome, send(std::move(request)));
  if (!is_success(outcome.answer)) return std::unexpected(to_error(outcome.answer, place()));
  return std::move(outcome.answer);
}

bool is_success(const aws::HttpAnswer& answer) {
  return aws::verdict_on(answer) == aws::Verdict::kSuccess;
}

std::string new_mark() {
  return random_name() + random_name();
}

Result<std::optional<std::string>> version_with_mark(const S3Object& object,
                                                     const std::string& mark) {
  MARQUEE_ASSIGN(const aws::Outcome outcome, object.send({.method = "HEAD"}));
  const bool ours = is_success(outcome.answer) && outcome.answer.header(kMarkHeader) == mark;
  return ours ? std::optional(outcome.answer.header("etag")) : std::nullopt;
}

}  // namespace marquee
