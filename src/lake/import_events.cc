#include "lake/import_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "lake/bronze_line.h"
#include "lake/bronze_name.h"
#include "lake/time_json.h"
#include "lake/worker_threads.h"
#include "lake/zstd_bytes.h"
#include "objects/put_new.h"

namespace marquee {
namespace {

using lake::BronzeName;
using lake::Compression;
using nlohmann::json;

constexpr std::string_view kRecordPrefix = "bronze/imports/";
constexpr std::int64_t kSchema = 1;
constexpr std::int64_t kLongestLine = 320;  // bytes; no line of an import is longer

// One object to be: ratings of one date, by line.
struct Slice {
  std::string date;
  std::span<const FileRating* const> ratings;
};

std::vector<const FileRating*> by_date_and_line(std::span<const FileRating> ratings) {
  std::vector<const FileRating*> ordered;
  ordered.reserve(ratings.size());
  for (const FileRating& rating : ratings) ordered.push_back(&rating);
  std::ranges::sort(ordered, {}, [](const FileRating* rating) {
    return std::pair(lake::day_of(rating->rating.time), rating->line);
  });
  return ordered;
}

std::vector<Slice> slices_of(std::span<const FileRating* const> ordered,
                             const BronzeOptions& options) {
  const auto longest = static_cast<std::size_t>(std::clamp<std::int64_t>(
      options.max_bytes_per_object / kLongestLine, 1, options.max_events_per_object));
  std::vector<Slice> slices;
  for (std::size_t begin = 0; begin < ordered.size();) {
    const std::int64_t day = lake::day_of(ordered[begin]->rating.time);
    std::size_t end = begin + 1;
    while (end < ordered.size() && end - begin < longest &&
           lake::day_of(ordered[end]->rating.time) == day)
      ++end;
    slices.push_back({lake::date_of(day), ordered.subspan(begin, end - begin)});
    begin = end;
  }
  return slices;
}

std::string lines_of(const Slice& slice, const StreamPartition& partition) {
  const lake::EventLineWriter writer(partition);
  std::string lines;
  for (const FileRating* entry : slice.ratings) {
    const Rating& rating = entry->rating;
    // A float's own digits: 3.7, not the double that it would be widened to.
    const std::string event =
        fmt::format(R"({{"user_id":{},"movie_id":{},"rating":{},"timestamp":{}}})", rating.user,
                    rating.movie, rating.value, lake::time_json(rating.time));
    writer.append(event, {}, entry->line, kUnknownTime, lines);
  }
  return lines;
}

std::unexpected<Error> imported_otherwise(const ObjectStore& store, std::string_view key) {
  return fail(ErrorCode::kConflict, "this file was imported before, and gave other ratings then",
              fmt::format("{}/{}", store.name(), key),
              "set events.min_rating and events.max_rating as they were then; to import what was "
              "left out, put those lines into a file of their own");
}

// Puts what is not there yet; what is there must be the same.
Status put_once(ObjectStore& store, const std::string& key, std::string_view bytes) {
  MARQUEE_ASSIGN(const auto present, put_new(store, key, bytes));
  return !present || *present == bytes ? Status{} : imported_otherwise(store, key);
}

Status put_slice(ObjectStore& store, const Slice& slice, const StreamPartition& partition,
                 const BronzeOptions& options) {
  const bool zstd = options.compression == "zstd";
  const BronzeName name = {.kind = lake::BronzeKind::kEvents,
                           .date = slice.date,
                           .partition = partition,
                           .first = slice.ratings.front()->line,
                           .last = slice.ratings.back()->line,
                           .compression = zstd ? Compression::kZstd : Compression::kNone};
  std::string body = lines_of(slice, partition);
  if (zstd) {
    MARQUEE_ASSIGN(body, lake::zstd_compressed(body));
  }
  return put_once(store, key_of(name), body);
}

std::string record_key(std::string_view content_hash) {
  return fmt::format("{}import_{}.json", kRecordPrefix, content_hash);
}

std::string record_text(const CompletedImport& import) {
  return json{{"schema", kSchema},
              {"topic", import.range.topic},
              {"first", import.range.first},
              {"end", import.range.end},
              {"events", import.events}}
             .dump() +
         '\n';
}

Result<CompletedImport> record_of(const std::string& text, const std::string& where) try {
  const json record = json::parse(text);
  if (record.at("schema") != kSchema)
    return fail(ErrorCode::kCorrupt, "an import record of another version of the program", where,
                "use the version that wrote it");
  return CompletedImport{.range = {.topic = record.at("topic").get<std::string>(),
                                   .partition = 0,
                                   .first = record.at("first").get<std::int64_t>(),
                                   .end = record.at("end").get<std::int64_t>()},
                         .events = record.at("events").get<std::int64_t>()};
} catch (const json::exception& error) {
  return fail(ErrorCode::kCorrupt, std::string("not an import record: ") + error.what(), where,
              "remove it and import the file again");
}

CompletedImport import_of(std::span<const FileRating> ratings, std::string topic) {
  CompletedImport import{.range = {.topic = std::move(topic)}, .events = std::ssize(ratings)};
  if (ratings.empty()) return import;
  const auto [first, last] = std::ranges::minmax(ratings, {}, &FileRating::line);
  import.range.first = first.line;
  import.range.end = last.line + 1;
  return import;
}

}  // namespace

Result<bool> import_events(ObjectStore& store, std::span<const FileRating> ratings,
                           std::string_view content_hash, const BronzeOptions& options,
                           int threads) {
  const StreamPartition partition{fmt::format("import:{}", content_hash), 0};
  const std::string key = record_key(content_hash);
  const std::string record = record_text(import_of(ratings, partition.topic));
  const auto present = store.get(key);
  if (present && *present == record) return false;
  if (present) return imported_otherwise(store, key);
  if (present.error().code != ErrorCode::kNotFound) return std::unexpected(present.error());

  const auto ordered = by_date_and_line(ratings);
  const auto slices = slices_of(ordered, options);
  MARQUEE_TRY(lake::for_each_index(slices.size(), threads, [&](std::size_t k, auto) {
    return put_slice(store, slices[k], partition, options);
  }));
  MARQUEE_TRY(put_once(store, key, record));
  return true;
}

Result<std::vector<CompletedImport>> completed_imports(ObjectStore& store) {
  MARQUEE_ASSIGN(const auto objects, store.list(kRecordPrefix));
  std::vector<CompletedImport> imports;
  for (const ObjectInfo& object : objects) {
    MARQUEE_ASSIGN(const std::string text, store.get(object.key));
    MARQUEE_ASSIGN(imports.emplace_back(), record_of(text, store.name() + "/" + object.key));
  }
  return imports;
}

}  // namespace marquee
