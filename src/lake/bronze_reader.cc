#include "lake/bronze_reader.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "core/log.h"
#include "lake/bronze_line.h"
#include "lake/bronze_objects.h"
#include "lake/seen_offsets.h"
#include "lake/worker_threads.h"

namespace marquee {
namespace {

using lake::BronzeObject;

constexpr std::size_t kChunkEvents = 4096;

using Take = std::function<Status(std::span<const BronzeEvent>)>;

// The ranges that were asked for, by partition.
class Wanted {
 public:
  explicit Wanted(std::span<const OffsetRange> ranges) {
    for (const OffsetRange& range : ranges)
      if (range.first < range.end) ranges_[{range.topic, range.partition}].push_back(range);
  }

  bool overlaps(const lake::BronzeName& name) const {
    const auto found = ranges_.find(name.partition);
    return found != ranges_.end() &&
           std::ranges::any_of(found->second, [&](const OffsetRange& range) {
             return name.first < range.end && range.first <= name.last;
           });
  }
  bool contains(const StreamPartition& partition, std::int64_t offset) const {
    return std::ranges::any_of(ranges_.at(partition), [&](const OffsetRange& range) {
      return range.first <= offset && offset < range.end;
    });
  }

 private:
  std::map<StreamPartition, std::vector<OffsetRange>> ranges_;
};

// Where the threads' chunks meet: one at a time, without what was there before.
class Funnel {
 public:
  Funnel(const Take& take, const VisitForgotten& forgotten) : take_(take), forgotten_(forgotten) {}

  void tell_forgotten(const StreamPartition& partition, std::int64_t offset) {
    if (!forgotten_) return;
    const std::lock_guard guard(mutex_);
    if (seen_[partition].insert(offset)) forgotten_(partition, offset);
  }

  Status give(const StreamPartition& partition, std::span<BronzeEvent> chunk) {
    const std::lock_guard guard(mutex_);
    lake::SeenOffsets& seen = seen_[partition];
    const auto repeats = std::ranges::partition(
        chunk, [&](const BronzeEvent& event) { return seen.insert(event.source.offset); });
    const auto kept = chunk.size() - repeats.size();
    return kept == 0 ? Status{} : take_(chunk.first(kept));
  }

 private:
  const Take& take_;
  const VisitForgotten& forgotten_;
  std::mutex mutex_;
  std::map<StreamPartition, lake::SeenOffsets> seen_;
};

// Reads objects, one after the other, into chunks.
class ObjectReading {
 public:
  ObjectReading(ObjectStore& store, const Wanted& wanted, const EventOptions& options,
                Funnel& funnel)
      : store_(store), wanted_(wanted), options_(options), funnel_(funnel) {}

  // Gives how many events lie outside of the rating bounds.
  Result<std::int64_t> read(const BronzeObject& object) {
    std::size_t filled = 0;
    std::int64_t out_of_bounds = 0;
    Status given;
    MARQUEE_TRY(lake::read_lines(
        store_, object, [&](std::string_view line) -> std::expected<std::int64_t, std::string> {
          if (filled == chunk_.size()) chunk_.emplace_back();
          BronzeEvent& event = chunk_[filled];
          if (auto parsed = parser_.parse(line, object.name, event); !parsed)
            return std::unexpected(std::move(parsed.error()));
          const std::int64_t offset = event.source.offset;
          if (!given || !wanted_.contains(object.name.partition, offset)) return offset;
          if (event.is_forgotten) {
            funnel_.tell_forgotten(object.name.partition, offset);
          } else if (!in_bounds(event.rating)) {
            ++out_of_bounds;
          } else if (++filled == kChunkEvents) {
            given = funnel_.give(object.name.partition, chunk_);
            filled = 0;
          }
          return offset;
        }));
    if (given) given = funnel_.give(object.name.partition, std::span(chunk_).first(filled));
    MARQUEE_TRY(given);
    return out_of_bounds;
  }

 private:
  bool in_bounds(const Rating& rating) const {
    return rating.value >= static_cast<float>(options_.min_rating) &&
           rating.value <= static_cast<float>(options_.max_rating);
  }

  ObjectStore& store_;
  const Wanted& wanted_;
  const EventOptions& options_;
  Funnel& funnel_;
  lake::EventLineParser parser_;
  std::vector<BronzeEvent> chunk_;  // grows to kChunkEvents; its strings are reused
};

}  // namespace

Status read_bronze(ObjectStore& store, std::span<const OffsetRange> ranges,
                   const EventOptions& options, int threads, const Take& take,
                   const VisitForgotten& forgotten) {
  const Wanted wanted(ranges);
  MARQUEE_ASSIGN(auto objects, lake::list_bronze(store, lake::BronzeKind::kEvents));
  std::erase_if(objects, [&](const BronzeObject& object) { return !wanted.overlaps(object.name); });
  Funnel funnel(take, forgotten);
  std::atomic<std::int64_t> out_of_bounds = 0;
  std::deque<ObjectReading> readings;  // one a thread: each keeps its buffers
  for (int k = 0; k < std::max(threads, 1); ++k)
    readings.emplace_back(store, wanted, options, funnel);
  MARQUEE_TRY(lake::for_each_index(
      objects.size(), threads, [&](std::size_t object, std::size_t thread) -> Status {
        MARQUEE_ASSIGN(const std::int64_t left_out, readings[thread].read(objects[object]));
        out_of_bounds += left_out;
        return {};
      }));
  if (out_of_bounds > 0)
    spdlog::warn("{} events in Bronze have a rating outside of [{:g}, {:g}] and were left out",
                 out_of_bounds.load(), options.min_rating, options.max_rating);
  return {};
}

}  // namespace marquee
