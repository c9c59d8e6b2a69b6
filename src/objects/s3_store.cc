#include "objects/s3_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/endpoints.h"
#include "objects/object_key.h"
#include "objects/s3_answers.h"

namespace marquee {

using namespace std::chrono_literals;

S3Store::S3Store(aws::Service service, std::string bucket, const S3Transfers& transfers)
    : service_(std::move(service)), bucket_(std::move(bucket)), transfers_(transfers) {}

std::string S3Store::name() const {
  return fmt::format("s3://{} at {}", bucket_, service_.url());
}

Result<S3Object> S3Store::object(std::string_view key) const {
  if (!is_object_key(key))
    return fail(ErrorCode::kUsage, fmt::format("not a valid object key: '{}'", key), name());
  return S3Object{&service_, bucket_, std::string(key)};
}

Status S3Store::check() const {
  constexpr aws::RetryOptions kOnceAgain{.tries = 2, .budget = 8s};
  const aws::HttpRequest request{
      .path = "/" + bucket_, .query = {{"list-type", "2"}, {"max-keys", "1"}}, .time_limit = 4s};
  auto outcome = service_.send(request, kOnceAgain);
  if (!outcome) {
    outcome.error().where = name();
    return std::unexpected(std::move(outcome.error()));
  }
  if (is_success(outcome->answer)) return {};
  Error error = aws::to_error(outcome->answer, name());
  if (error.code != ErrorCode::kUsage) {  // servers have codes of their own for unknown accounts
    error.code = ErrorCode::kUsage;
    error.mend = "check s3.endpoint, s3.bucket, s3.region and the AWS credentials";
  }
  return std::unexpected(std::move(error));
}

Status S3Store::put(std::string_view key, std::string_view bytes) {
  MARQUEE_ASSIGN(const S3Object target, object(key));
  if (bytes.size() > transfers_.part_bytes) return upload_in_parts(target, bytes, transfers_);
  MARQUEE_TRY(target.send_expecting_success({.method = "PUT", .body = bytes}));
  return {};
}

Result<std::string> S3Store::put_if(std::string_view key, std::string_view bytes,
                                    std::string_view version) {
  MARQUEE_ASSIGN(const S3Object target, object(key));
  const std::string mark = new_mark();
  const auto condition = version.empty() ? std::pair<std::string, std::string>("if-none-match", "*")
                                         : std::pair("if-match", std::string(version));
  const auto sent =
      target.send({.method = "PUT", .headers = {{kMarkHeader, mark}, condition}, .body = bytes});
  if (!sent) {
    // A server that knows the condition unmet may close before it has taken a large body, and its
    // answer is lost with that: each try after one that was carried out ends so.
    const auto own = version_with_mark(target, mark);
    if (own && *own) return **own;
    return std::unexpected(sent.error());
  }
  const aws::Outcome& outcome = *sent;
  if (is_success(outcome.answer)) return outcome.answer.header("etag");
  const Error error = aws::to_error(outcome.answer, target.place());
  if (error.code != ErrorCode::kConflict && error.code != ErrorCode::kNotFound)
    return std::unexpected(error);
  if (outcome.tries > 1) {  // an earlier try may have been carried out, its answer lost
    MARQUEE_ASSIGN(const auto own, version_with_mark(target, mark));
    if (own) return *own;
  }
  return fail(ErrorCode::kConflict, "the object was changed by somebody else", target.place());
}

Result<std::string> S3Store::get(std::string_view key) {
  MARQUEE_ASSIGN(VersionedObject found, get_versioned(key));
  return std::move(found.bytes);
}

Result<VersionedObject> S3Store::get_versioned(std::string_view key) {
  MARQUEE_ASSIGN(const S3Object source, object(key));
  return download(source, transfers_);
}

Result<std::vector<ObjectInfo>> S3Store::list(std::string_view prefix) {
  std::vector<ObjectInfo> objects;
  const std::string where = fmt::format("{}, prefix '{}'", name(), prefix);
  for (std::string next;;) {
    aws::HttpRequest request{.path = "/" + bucket_,
                             .query = {{"list-type", "2"}, {"prefix", std::string(prefix)}}};
    if (!next.empty()) request.query.emplace_back("continuation-token", next);
    MARQUEE_ASSIGN(const aws::Outcome outcome, service_.send(request));
    if (!is_success(outcome.answer)) return std::unexpected(to_error(outcome.answer, where));
    MARQUEE_ASSIGN(ListingPage page, parse_listing(outcome.answer.body, where));
    std::ranges::move(page.objects, std::back_inserter(objects));
    if (page.next.empty()) break;
    next = std::move(page.next);
  }
  std::ranges::sort(objects, {}, &ObjectInfo::key);
  return objects;
}

Status S3Store::remove(std::string_view key) {
  MARQUEE_ASSIGN(const S3Object target, object(key));
  const auto answer = target.send_expecting_success({.method = "DELETE"});
  if (!answer && answer.error().code != ErrorCode::kNotFound)
    return std::unexpected(answer.error());
  return {};
}

Result<std::unique_ptr<S3Store>> open_s3_store(const S3Options& options,
                                               aws::Credentials credentials, Clock& clock) {
  if (options.bucket.empty() || options.bucket.contains('/'))
    return fail(ErrorCode::kUsage, fmt::format("not the name of a bucket: '{}'", options.bucket),
                "s3.bucket");
  MARQUEE_ASSIGN(aws::Service service, aws::Service::make({.endpoint = aws::s3_endpoint(options)},
                                                          std::move(credentials), clock));
  auto store = std::make_unique<S3Store>(std::move(service), options.bucket);
  MARQUEE_TRY(store->check());
  return store;
}

}  // namespace marquee
