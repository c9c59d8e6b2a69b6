// silver/ratings/: every rating that counts, as sorted Parquet, so that a night reads the new day
// and one scan of columns instead of a million small objects. Derived from Bronze and always
// derivable again; see docs/formats/lake.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/rating.h"
#include "lake/rating_manifest.h"
#include "objects/object_store.h"

namespace marquee {

// Told of a step's name and the share done in [0, 1], on the calling thread. May be empty.
using LakeProgress = std::function<void(std::string_view step, double share)>;

struct CompactionOptions {
  EventOptions events = {};
  int threads = 1;
  std::int64_t rows_per_file = 2'097'152;  // bounds the memory of whoever reads or writes a file
  std::vector<UserId> without = {};        // users whose events in Bronze are passed over
};

struct Compaction {
  RatingManifest manifest;      // what is present afterwards
  bool changed = false;         // false: all was in already
  std::int64_t new_events = 0;  // that were read from Bronze
};

// Brings silver/ratings/ up to `target`: reads the events of Bronze between the present manifest's
// offsets and the target's, merges them with the present ratings by the contract's total order,
// adds them to the totals, writes new files, and then replaces the manifest. Where the manifest is
// ahead of the target, it stays ahead. The rows, the order and the bytes of the rating files depend
// on Bronze, the resulting offsets and the rating bounds alone, not on the steps that led there.
//
// A crash at any instant leaves the old version whole; what it wrote is swept later. kConflict:
// another compactor was first, nothing was changed; the same call works on from its result. Memory:
// about 48 bytes for each new event and a few files.
Result<Compaction> compact_ratings(ObjectStore& store, const OffsetVector& target,
                                   const CompactionOptions& options,
                                   const LakeProgress& progress = {});

struct RatingsAsOf {
  std::vector<Rating> ratings;  // by (user, movie)
  std::int64_t events = 0;      // valid events below the offsets, re-ratings counted again
};

// The ratings that count when every event below `offsets` is in, and no other. A version that was
// compacted to exactly these offsets is read in one scan of columns; else the newest version that
// lies below them is merged with the events of Bronze in between; both give the same.
Result<RatingsAsOf> read_ratings_as_of(ObjectStore& store, const OffsetVector& offsets,
                                       const CompactionOptions& options,
                                       const LakeProgress& progress = {});

// Cumulative totals of one entity in one partition.
struct EventTotals {
  bool is_movie = false;  // else a user
  std::int64_t id = 0;
  std::int32_t topic = 0;  // its number in topics_of(offsets)
  std::int32_t partition = 0;
  std::int64_t count = 0;
  double sum = 0;
  double square_sum = 0;
  TimeMicros last_update = kUnknownTime;
};
// Every total over the events below `offsets`: of all users by (id, topic, partition), then of all
// movies. Read and merged as by read_ratings_as_of().
Status read_event_totals(ObjectStore& store, const OffsetVector& offsets,
                         const CompactionOptions& options,
                         const std::function<Status(const EventTotals&)>& take);

// Makes the present version an empty one, by a conditional put, and then removes every file of every
// earlier version and of compactions that were cut short or are under way: the next compaction reads
// all of Bronze. kConflict: a compaction was first; the same call works on from its result.
Status start_ratings_anew(ObjectStore& store);

// Looks whether every file of the manifest is there in the right size, and reads one of each kind
// whole. kCorrupt names the file.
Status check_ratings(ObjectStore& store, const RatingManifest& manifest);

// Removes versions other than the newest `keep_versions` (at least the present one) and those that
// `in_use` says, and files that no version names any more. Files of versions above the present one
// are left to whoever may be writing them: safe beside a running compaction. Gives how many objects
// were removed.
Result<std::int64_t> sweep_ratings(ObjectStore& store, std::int64_t keep_versions,
                                   const std::function<bool(const RatingManifest&)>& in_use);

}  // namespace marquee
