#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "aws/parallel.h"
#include "objects/s3_answers.h"
#include "objects/s3_transfers.h"

namespace marquee {
namespace {

constexpr std::size_t kMostParts = 10'000;

Result<std::string> begin_upload(const S3Object& object, const std::string& mark) {
  MARQUEE_ASSIGN(
      const aws::HttpAnswer answer,
      object.send_expecting_success(
          {.method = "POST", .query = {{"uploads", ""}}, .headers = {{kMarkHeader, mark}}}));
  return parse_upload_id(answer.body, object.place());
}

Result<std::vector<std::string>> put_parts(const S3Object& object, std::string_view bytes,
                                           const std::string& upload,
                                           const S3Transfers& transfers) {
  const std::size_t size =
      std::max(transfers.part_bytes, (bytes.size() + kMostParts - 1) / kMostParts);
  const std::size_t count = (bytes.size() + size - 1) / size;
  std::vector<std::string> etags(count);
  const auto put_part = [&](std::size_t k) -> Status {
    MARQUEE_ASSIGN(const aws::HttpAnswer answer,
                   object.send_expecting_success(
                       {.method = "PUT",
                        .query = {{"partNumber", std::to_string(k + 1)}, {"uploadId", upload}},
                        .body = bytes.substr(k * size, size)}));
    etags[k] = answer.header("etag");
    return {};
  };
  MARQUEE_TRY(aws::in_parallel(count, transfers.parallel_parts, put_part));
  return etags;
}

// S3 may begin to answer 200 and end with an error in the body.
bool is_completed(const aws::HttpAnswer& answer) {
  return is_success(answer) && aws::service_error(answer).code.empty();
}

Status complete(const S3Object& object, const std::string& upload, const std::string& mark,
                const std::vector<std::string>& etags) {
  const std::string body = completion_xml(etags);
  MARQUEE_ASSIGN(const aws::Outcome outcome,
                 object.send({.method = "POST", .query = {{"uploadId", upload}}, .body = body}));
  if (is_completed(outcome.answer)) return {};
  // An earlier try may have been carried out: the upload is gone then, and the object is there.
  MARQUEE_ASSIGN(const auto version, version_with_mark(object, mark));
  if (version) return {};
  aws::HttpAnswer answer = outcome.answer;
  if (is_success(answer)) answer.status = 500;
  return std::unexpected(aws::to_error(answer, object.place()));
}

void abandon(const S3Object& object, const std::string& upload) {
  // Where this fails, too, a lifecycle rule of the bucket removes the parts.
  static_cast<void>(object.send({.method = "DELETE", .query = {{"uploadId", upload}}}));
}

}  // namespace

Status upload_in_parts(const S3Object& object, std::string_view bytes,
                       const S3Transfers& transfers) {
  const std::string mark = new_mark();
  MARQUEE_ASSIGN(const std::string upload, begin_upload(object, mark));
  const auto etags = put_parts(object, bytes, upload, transfers);
  Status status = etags ? complete(object, upload, mark, *etags) : std::unexpected(etags.error());
  if (!status) abandon(object, upload);
  return status;
}

}  // namespace marquee
