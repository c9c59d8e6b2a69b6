#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws/parallel.h"
#include "objects/s3_transfers.h"

namespace marquee {
namespace {

constexpr int kFreshStarts = 5;
constexpr long kNoSuchRange = 416;
constexpr long kPartial = 206;

std::string range_of(std::size_t first, std::size_t count) {
  return fmt::format("bytes={}-{}", first, first + count - 1);
}

std::unexpected<Error> cut_short(const S3Object& object) {
  return fail(ErrorCode::kUnavailable, "the server gave another number of bytes than it said",
              object.place(), "try again");
}

struct Start {
  VersionedObject object;
  std::size_t total = 0;  // bytes of the whole object
};

// "bytes 0-15/1234" gives 1234.
Result<std::size_t> total_of(const aws::HttpAnswer& answer, const S3Object& object) {
  if (answer.status != kPartial) return answer.body.size();
  const std::string range = answer.header("content-range");
  const char* digits = range.data() + std::min(range.find('/') + 1, range.size());
  std::size_t total = 0;
  const auto [end, error] = std::from_chars(digits, range.data() + range.size(), total);
  if (error != std::errc() || end != range.data() + range.size() || total < answer.body.size())
    return cut_short(object);
  return total;
}

Result<Start> read_start(const S3Object& object, std::size_t part_bytes) {
  MARQUEE_ASSIGN(aws::Outcome outcome,
                 object.send({.headers = {{"range", range_of(0, part_bytes)}}}));
  if (outcome.answer.status == kNoSuchRange) {  // it is empty
    MARQUEE_ASSIGN(outcome.answer, object.send_expecting_success({}));
  }
  aws::HttpAnswer& answer = outcome.answer;
  if (!is_success(answer)) return std::unexpected(aws::to_error(answer, object.place()));
  MARQUEE_ASSIGN(const std::size_t total, total_of(answer, object));
  if (answer.body.size() != total && answer.body.size() != part_bytes) return cut_short(object);
  return Start{{std::move(answer.body), answer.header("etag")}, total};
}

// Fills in what follows the first part; kConflict when the object is no longer that version.
Status read_rest(const S3Object& object, Start& start, const S3Transfers& transfers) {
  const std::size_t have = start.object.bytes.size();
  start.object.bytes.resize(start.total);
  const std::size_t size = transfers.part_bytes;
  const auto read_part = [&](std::size_t k) -> Status {
    const std::size_t first = have + k * size;
    const std::size_t count = std::min(size, start.total - first);
    MARQUEE_ASSIGN(
        const aws::HttpAnswer answer,
        object.send_expecting_success(
            {.headers = {{"range", range_of(first, count)}, {"if-match", start.object.version}}}));
    if (answer.status != kPartial || answer.body.size() != count) return cut_short(object);
    std::ranges::copy(answer.body, start.object.bytes.begin() + static_cast<std::ptrdiff_t>(first));
    return {};
  };
  return aws::in_parallel((start.total - have + size - 1) / size, transfers.parallel_parts,
                          read_part);
}

}  // namespace

Result<VersionedObject> download(const S3Object& object, const S3Transfers& transfers) {
  for (int attempt = 1;; ++attempt) {
    MARQUEE_ASSIGN(Start start, read_start(object, transfers.part_bytes));
    const Status rest = read_rest(object, start, transfers);
    if (rest) return std::move(start.object);
    if (rest.error().code != ErrorCode::kConflict || attempt == kFreshStarts)
      return std::unexpected(rest.error());
  }
}

}  // namespace marquee
