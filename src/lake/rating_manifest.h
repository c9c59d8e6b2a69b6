// Which compacted ratings there are: a manifest names the files of one version and the offsets up
// to which events are in it. See docs/formats/lake.md.
//
//   silver/ratings/manifest.json                 the present version; replaced by a conditional put
//   silver/ratings/v<version>-manifest.json      what manifest.json was in an earlier version
//   silver/ratings/v<version>-ratings-….parquet  its rows, in part files; never overwritten
//   silver/ratings/v<version>-totals-….parquet   cumulative event totals
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/rating.h"
#include "objects/object_store.h"

namespace marquee {

// How far one partition was read.
struct TopicOffset {
  std::string topic;  // a topic's name, or "import:<content hash>" (partition 0)
  std::int32_t partition = 0;
  std::int64_t next_offset = 0;  // exclusive

  friend bool operator==(const TopicOffset&, const TopicOffset&) = default;
};
// By topic and partition, each once, none with next_offset 0.
using OffsetVector = std::vector<TopicOffset>;

// Sorted, the greatest of repeated partitions, without those at 0.
OffsetVector normalised(OffsetVector offsets);
// 0 for a partition that is not among them.
std::int64_t offset_of(const OffsetVector& offsets, std::string_view topic, std::int32_t partition);
// Whether everything below `part` is also below `whole`.
bool covers(const OffsetVector& whole, const OffsetVector& part);
// Both together.
OffsetVector united(const OffsetVector& a, const OffsetVector& b);

bool is_import(std::string_view topic);
SourceKind source_kind_of(std::string_view topic);

// One of the files that a table is written as.
struct PartFile {
  std::string key;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;

  friend bool operator==(const PartFile&, const PartFile&) = default;
};

struct RatingManifest {
  std::int64_t version = 0;  // counts from 1; 0: nothing was compacted yet
  // The numbers that stand for topics in the files, in the contract's order: imports first.
  std::vector<std::string> topics = {};
  OffsetVector offsets = {};
  std::vector<PartFile> files = {};   // ratings by (user, movie)
  std::vector<PartFile> totals = {};  // by (kind, id, topic, partition)
  std::int64_t rows = 0;              // ratings, each (user, movie) pair once
  std::int64_t events = 0;            // valid events below the offsets, re-ratings counted again
  std::int64_t forgotten = 0;         // events below the offsets whose users were forgotten

  friend bool operator==(const RatingManifest&, const RatingManifest&) = default;
};

// The topics of the offsets in the order of RatingManifest::topics.
std::vector<std::string> topics_of(const OffsetVector& offsets);

inline constexpr int kRatingSchema = 1;
inline constexpr std::string_view kRatingFolder = "silver/ratings/";
inline constexpr std::string_view kRatingManifestKey = "silver/ratings/manifest.json";
std::string archived_manifest_key(std::int64_t version);

// One object, pretty enough to be read. The same manifest gives the same text.
std::string to_json(const RatingManifest& manifest);
// kCorrupt, naming `where`; kUsage for a schema that this program does not know.
Result<RatingManifest> rating_manifest_from_json(std::string_view json, std::string_view where);

// The present manifest with its version for a conditional put; version 0 and "" when there is none.
struct StoredManifest {
  RatingManifest manifest;
  std::string bytes;
  std::string object_version;
};
Result<StoredManifest> present_manifest(ObjectStore& store);

// The present manifest and those of earlier versions that were not swept, newest first.
Result<std::vector<RatingManifest>> all_manifests(ObjectStore& store);

}  // namespace marquee
