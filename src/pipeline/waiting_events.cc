#include "pipeline/waiting_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ingest/consumer.h"
#include "stream/event_stream.h"

namespace marquee {
namespace {

using std::chrono::steady_clock;

// Everything that was in the stream is applied. A partition from which all is gone has nothing to
// apply.
Result<bool> is_applied(RatingStore& store, std::span<const StreamProgress> wanted) {
  MARQUEE_ASSIGN(const Snapshot snapshot, store.snapshot());
  return std::ranges::all_of(wanted, [&](const StreamProgress& progress) {
    if (progress.begin == progress.end) return true;
    return std::ranges::any_of(snapshot.offsets, [&](const Snapshot::Offset& applied) {
      return applied.topic == progress.partition.topic &&
             applied.partition == progress.partition.partition &&
             applied.next_offset >= progress.end;
    });
  });
}

Status apply_until(Consumer& consumer, const EventSource& source, RatingStore& store,
                   std::span<const StreamProgress> wanted) {
  constexpr std::chrono::milliseconds kPoll(100);
  constexpr std::chrono::seconds kPatience(30);
  auto last_progress = steady_clock::now();
  for (;;) {
    MARQUEE_ASSIGN(const bool applied, is_applied(store, wanted));
    if (applied) return {};
    MARQUEE_ASSIGN(const ConsumedCounts counts, consumer.run_once(kPoll));
    // The last offsets of a partition may hold no event at all, as the marks of transactions do.
    if (counts.events == 0 && source.at_end()) return {};
    if (counts.events > 0) last_progress = steady_clock::now();
    if (steady_clock::now() - last_progress > kPatience)
      return fail(ErrorCode::kUnavailable,
                  fmt::format("nothing came from the stream for {} s", kPatience.count()),
                  "the events that wait in the stream", "see that its brokers are up");
  }
}

}  // namespace

Status apply_waiting_events(const Config& config, RatingStore& store) {
  MARQUEE_ASSIGN(const auto wanted, stream_progress(config));
  MARQUEE_ASSIGN(const bool applied, is_applied(store, wanted));
  if (applied) return {};
  MARQUEE_ASSIGN(const auto source, open_reader(config));
  Consumer consumer(*source, store, config);
  MARQUEE_TRY(apply_until(consumer, *source, store, wanted));
  return consumer.close();
}

}  // namespace marquee
