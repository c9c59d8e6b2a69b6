#include "lake/silver_ratings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "lake/event_rows.h"
#include "lake/event_totals.h"
#include "lake/part_files.h"
#include "lake/worker_threads.h"

namespace marquee {
namespace {

using lake::RatingRow;
using lake::RowReader;
using lake::RowWriter;
using lake::TotalsRow;

void tell(const LakeProgress& progress, std::string_view step, double share) {
  if (progress) progress(step, share);
}

// The numbers that the topics of one manifest have in another that has them all.
std::vector<std::int32_t> renumbering(const std::vector<std::string>& from,
                                      const std::vector<std::string>& to) {
  std::vector<std::int32_t> numbers;
  for (const std::string& topic : from)
    numbers.push_back(static_cast<std::int32_t>(std::ranges::find(to, topic) - to.begin()));
  return numbers;
}

// Rows of an earlier version under the topic numbers of a later one.
template <typename Row>
std::function<void(Row&)> renumbered(const std::vector<std::string>& from,
                                     const std::vector<std::string>& to) {
  return [numbers = renumbering(from, to)](Row& row) {
    if (row.topic >= 0 && row.topic < std::ssize(numbers))
      row.topic = numbers[static_cast<std::size_t>(row.topic)];
  };
}

lake::EventRowOptions row_options(const CompactionOptions& options) {
  return {.events = options.events,
          .threads = options.threads,
          .without = options.without,
          .forgotten = {}};
}

// Writes the files of one new version.
class Version {
 public:
  Version(ObjectStore& store, const RatingManifest& base, OffsetVector offsets,
          const CompactionOptions& options)
      : store_(store), base_(base), options_(options) {
    next_ = {.version = base.version + 1, .topics = topics_of(offsets), .offsets = offsets};
  }

  const RatingManifest& manifest() const { return next_; }

  // `events` are all new ones, in any order; they are used up. So many more were forgotten.
  Result<RatingManifest> write(std::vector<RatingRow> events, std::int64_t forgotten,
                               const LakeProgress& progress) {
    next_.forgotten = base_.forgotten + forgotten;
    if (events.empty() && next_.topics == base_.topics) return with_files_of_base();
    tell(progress, "sorting new events", 0.5);
    lake::sort_events(events, options_.threads);
    tell(progress, "adding up totals", 0.6);
    MARQUEE_TRY(write_totals(lake::totals_of(events)));
    tell(progress, "writing ratings", 0.7);
    lake::keep_latest(events);
    MARQUEE_TRY(write_ratings(events));
    return next_;
  }

 private:
  RatingManifest with_files_of_base() {
    next_.files = base_.files;
    next_.totals = base_.totals;
    next_.rows = base_.rows;
    next_.events = base_.events;
    return next_;
  }
  template <typename Row>
  RowWriter<Row> writer(std::string_view table, lake::TableLayout layout) {
    return RowWriter<Row>({store_, fmt::format("{}v{}-{}-", kRatingFolder, next_.version, table),
                           std::move(layout), options_.rows_per_file});
  }
  Status write_totals(std::span<const TotalsRow> fresh) {
    RowReader<TotalsRow> old(store_, base_.totals,
                             renumbered<TotalsRow>(base_.topics, next_.topics));
    auto rows = writer<TotalsRow>("totals", lake::totals_layout());
    MARQUEE_TRY(lake::merge_rows<TotalsRow>(old, fresh, [&](const TotalsRow& row) {
      if (row.kind == static_cast<std::int32_t>(lake::EntityKind::kUser)) next_.events += row.count;
      return rows.append(row);
    }));
    MARQUEE_ASSIGN(next_.totals, rows.finish());
    return {};
  }
  Status write_ratings(std::span<const RatingRow> fresh) {
    RowReader<RatingRow> old(store_, base_.files,
                             renumbered<RatingRow>(base_.topics, next_.topics));
    auto rows = writer<RatingRow>("ratings", lake::rating_layout());
    MARQUEE_TRY(lake::merge_rows<RatingRow>(
        old, fresh, [&](const RatingRow& row) { return rows.append(row); }));
    next_.rows = rows.count();
    MARQUEE_ASSIGN(next_.files, rows.finish());
    return {};
  }

  ObjectStore& store_;
  const RatingManifest& base_;
  const CompactionOptions& options_;
  RatingManifest next_;
};

// The old manifest stays readable under its version, then the new one takes its place.
Status replace_manifest(ObjectStore& store, const StoredManifest& base,
                        const RatingManifest& next) {
  if (base.manifest.version > 0) {
    const auto archived =
        store.put_if(archived_manifest_key(base.manifest.version), base.bytes, "");
    if (!archived && archived.error().code != ErrorCode::kConflict)
      return std::unexpected(archived.error());
  }
  const std::string bytes = to_json(next);
  const auto put = store.put_if(kRatingManifestKey, bytes, base.object_version);
  if (put) return {};
  if (put.error().code != ErrorCode::kConflict) return std::unexpected(put.error());
  // An answer may get lost after the put took effect; a repeat of it then conflicts with itself.
  if (const auto present = store.get(kRatingManifestKey); present && *present == bytes) return {};
  return fail(ErrorCode::kConflict, "another compaction was first",
              fmt::format("{}/{}", store.name(), kRatingManifestKey), "start it again");
}

Result<RatingsAsOf> scan(ObjectStore& store, const RatingManifest& manifest, int threads,
                         const LakeProgress& progress) {
  tell(progress, "reading compacted ratings", 0);
  RatingsAsOf result{.ratings = std::vector<Rating>(static_cast<std::size_t>(manifest.rows)),
                     .events = manifest.events};
  std::vector<std::span<Rating>> slices;
  std::size_t at = 0;
  for (const PartFile& file : manifest.files) {
    slices.push_back(std::span(result.ratings).subspan(at, static_cast<std::size_t>(file.rows)));
    at += static_cast<std::size_t>(file.rows);
  }
  MARQUEE_TRY(lake::for_each_index(
      manifest.files.size(), threads, [&](std::size_t file, std::size_t) -> Status {
        MARQUEE_ASSIGN(auto part, lake::open_part(store, manifest.files[file]));
        std::span<Rating> slice = slices[file];
        for (int group = 0; group < part.group_count(); ++group) {
          const auto rows = static_cast<std::size_t>(part.group_rows(group));
          MARQUEE_TRY(lake::read_ratings(part, group, slice.first(rows)));
          slice = slice.subspan(rows);
        }
        return {};
      }));
  return result;
}

// The version to read from: one that has exactly the offsets, else the newest that lies below them.
Result<RatingManifest> version_below(ObjectStore& store, const OffsetVector& offsets) {
  MARQUEE_ASSIGN(auto manifests, all_manifests(store));
  const auto exact = std::ranges::find(manifests, offsets, &RatingManifest::offsets);
  if (exact != manifests.end()) return std::move(*exact);
  const auto below = std::ranges::find_if(
      manifests, [&](const RatingManifest& manifest) { return covers(offsets, manifest.offsets); });
  return below == manifests.end() ? RatingManifest{} : std::move(*below);
}

// What came after a version, sorted.
Result<std::vector<RatingRow>> events_after(ObjectStore& store, const RatingManifest& base,
                                            const OffsetVector& offsets,
                                            const CompactionOptions& options) {
  MARQUEE_ASSIGN(auto events,
                 lake::read_event_rows(store, lake::ranges_between(base.offsets, offsets),
                                       topics_of(offsets), row_options(options)));
  lake::sort_events(events, options.threads);
  return events;
}

Result<RatingsAsOf> merge_in_memory(ObjectStore& store, const RatingManifest& base,
                                    const OffsetVector& offsets, const CompactionOptions& options,
                                    const LakeProgress& progress) {
  tell(progress, "reading events since the last compaction", 0);
  MARQUEE_ASSIGN(auto events, events_after(store, base, offsets, options));
  RatingsAsOf result;
  result.events = base.events + std::ssize(events);
  tell(progress, "merging with compacted ratings", 0.5);
  lake::keep_latest(events);
  result.ratings.reserve(static_cast<std::size_t>(base.rows) + events.size());
  RowReader<RatingRow> old(store, base.files,
                           renumbered<RatingRow>(base.topics, topics_of(offsets)));
  MARQUEE_TRY(lake::merge_rows<RatingRow>(old, events, [&](const RatingRow& row) -> Status {
    result.ratings.push_back(row.rating());
    return {};
  }));
  return result;
}

EventTotals totals_of_row(const TotalsRow& row) {
  return {.is_movie = row.kind == static_cast<std::int32_t>(lake::EntityKind::kMovie),
          .id = row.id,
          .topic = row.topic,
          .partition = row.partition,
          .count = row.count,
          .sum = row.sum,
          .square_sum = row.square_sum,
          .last_update = row.last_update};
}

// Of the first file, with all its columns.
template <typename Row>
Status read_one_group(ObjectStore& store, const std::vector<PartFile>& files) {
  if (files.empty()) return {};
  MARQUEE_ASSIGN(auto part, lake::open_part(store, files.front()));
  std::vector<Row> rows;
  return part.group_count() == 0 ? Status{} : read_rows(part, 0, rows);
}

// The version in "silver/ratings/v12-…".
std::optional<std::int64_t> version_of(std::string_view key) {
  key.remove_prefix(std::min(key.size(), kRatingFolder.size() + 1));
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), version);
  if (error != std::errc() || end == key.data() + key.size() || *end != '-') return std::nullopt;
  return version;
}

}  // namespace

Result<Compaction> compact_ratings(ObjectStore& store, const OffsetVector& target,
                                   const CompactionOptions& options, const LakeProgress& progress) {
  tell(progress, "reading new events", 0);
  MARQUEE_ASSIGN(StoredManifest base, present_manifest(store));
  const OffsetVector offsets = united(base.manifest.offsets, target);
  if (offsets == base.manifest.offsets) return Compaction{.manifest = std::move(base.manifest)};
  Version version(store, base.manifest, offsets, options);
  std::int64_t forgotten = 0;
  auto rows = row_options(options);
  rows.forgotten = [&](const StreamPartition&, std::int64_t) { ++forgotten; };
  MARQUEE_ASSIGN(auto events,
                 lake::read_event_rows(store, lake::ranges_between(base.manifest.offsets, offsets),
                                       version.manifest().topics, rows));
  const std::int64_t count = std::ssize(events);
  MARQUEE_ASSIGN(RatingManifest next, version.write(std::move(events), forgotten, progress));
  MARQUEE_TRY(replace_manifest(store, base, next));
  return Compaction{.manifest = std::move(next), .changed = true, .new_events = count};
}

Result<RatingsAsOf> read_ratings_as_of(ObjectStore& store, const OffsetVector& wanted,
                                       const CompactionOptions& options,
                                       const LakeProgress& progress) {
  const OffsetVector offsets = normalised(wanted);
  MARQUEE_ASSIGN(const RatingManifest base, version_below(store, offsets));
  if (base.offsets == offsets) return scan(store, base, options.threads, progress);
  return merge_in_memory(store, base, offsets, options, progress);
}

Status read_event_totals(ObjectStore& store, const OffsetVector& wanted,
                         const CompactionOptions& options,
                         const std::function<Status(const EventTotals&)>& take) {
  const OffsetVector offsets = normalised(wanted);
  MARQUEE_ASSIGN(const RatingManifest base, version_below(store, offsets));
  MARQUEE_ASSIGN(const auto events, events_after(store, base, offsets, options));
  RowReader<TotalsRow> old(store, base.totals,
                           renumbered<TotalsRow>(base.topics, topics_of(offsets)));
  const auto fresh = lake::totals_of(events);
  return lake::merge_rows<TotalsRow>(
      old, fresh, [&](const TotalsRow& row) { return take(totals_of_row(row)); });
}

Status start_ratings_anew(ObjectStore& store) {
  MARQUEE_ASSIGN(const StoredManifest base, present_manifest(store));
  MARQUEE_TRY(replace_manifest(store, base, {.version = base.manifest.version + 1}));
  MARQUEE_ASSIGN(const auto objects, store.list(fmt::format("{}v", kRatingFolder)));
  for (const ObjectInfo& object : objects)
    if (version_of(object.key)) MARQUEE_TRY(store.remove(object.key));
  return {};
}

Status check_ratings(ObjectStore& store, const RatingManifest& manifest) {
  MARQUEE_ASSIGN(const auto objects, store.list(kRatingFolder));
  for (const auto* files : {&manifest.files, &manifest.totals}) {
    for (const PartFile& file : *files) {
      const auto found = std::ranges::find(objects, file.key, &ObjectInfo::key);
      if (found == objects.end() || found->size != static_cast<std::uint64_t>(file.bytes))
        return fail(ErrorCode::kCorrupt, "a file that the manifest names is not there whole",
                    store.name() + "/" + file.key,
                    "restore it from a copy; or remove silver/ratings/ and compact Bronze anew");
    }
  }
  MARQUEE_TRY(read_one_group<RatingRow>(store, manifest.files));
  return read_one_group<TotalsRow>(store, manifest.totals);
}

Result<std::int64_t> sweep_ratings(ObjectStore& store, std::int64_t keep_versions,
                                   const std::function<bool(const RatingManifest&)>& in_use) {
  MARQUEE_ASSIGN(const auto manifests, all_manifests(store));
  if (manifests.empty()) return 0;
  std::set<std::string> kept;
  for (std::size_t k = 0; k < manifests.size(); ++k) {
    const RatingManifest& manifest = manifests[k];
    if (k > 0 && static_cast<std::int64_t>(k) >= keep_versions && !in_use(manifest)) continue;
    kept.insert(archived_manifest_key(manifest.version));
    for (const PartFile& file : manifest.files) kept.insert(file.key);
    for (const PartFile& file : manifest.totals) kept.insert(file.key);
  }
  MARQUEE_ASSIGN(auto objects, store.list(fmt::format("{}v", kRatingFolder)));
  // Manifests first: what is left of a version must not look like one.
  std::ranges::stable_partition(
      objects, [](const ObjectInfo& object) { return object.key.ends_with(".json"); });
  std::int64_t removed = 0;
  for (const ObjectInfo& object : objects) {
    const auto version = version_of(object.key);
    if (!version || *version > manifests.front().version || kept.contains(object.key)) continue;
    MARQUEE_TRY(store.remove(object.key));
    ++removed;
  }
  return removed;
}

}  // namespace marquee
