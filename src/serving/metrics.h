// What the server counts, in the text format of Prometheus.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "serving/routes.h"
#include "serving/served_model.h"
#include "serving/thread_shard.h"

namespace marquee::serving {

// What became of an event that was posted.
enum class EventOutcome { kAccepted, kRejected, kFailed };

// Whether the nightly runs happen.
struct NightFigures {
  std::optional<TimeMicros> last_success;  // see pipeline/nights.h
  bool overdue = false;
};

// Counting is lock-free and touches only this thread's cache lines. Thread-safe.
class Metrics {
 public:
  void count_request(Endpoint endpoint, int status, std::chrono::nanoseconds duration);
  void count_reload(bool succeeded, double seconds);
  void count_event(EventOutcome outcome);
  // What is told of the nights from now on; nothing is before the first call.
  void note_nights(const NightFigures& nights);

  // `model` may be null. `now` is the wall time that the model's age is told against. `stream_up`:
  // whether events can be put into the stream, as far as is known.
  std::string text(const ServedModel* model, TimeMicros now, bool stream_up) const;

  // Seconds; one bucket more stands for everything slower.
  static constexpr std::array kLatencyBounds = {
      0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
      0.005,    0.01,    0.05,     0.1,     0.5,    1.0,     10.0,   60.0};
  // Every status the API answers; the last stands for any other.
  static constexpr std::array kStatuses = {200, 202, 400, 404, 405, 413, 415, 422, 500, 503, 0};

 private:
  using Count = std::atomic<std::uint64_t>;
  struct EndpointCounts {
    std::array<Count, kStatuses.size()> by_status{};
    std::array<Count, kLatencyBounds.size() + 1> by_latency{};
    Count nanoseconds{0};
  };
  struct alignas(kCacheLine) Shard {
    std::array<EndpointCounts, kEndpointCount> endpoints;
  };
  struct Totals;
  Totals totals_of(Endpoint endpoint) const;

  std::array<Shard, kShardCount> shards_;
  std::array<Count, 3> events_{};   // by EventOutcome
  std::array<Count, 2> reloads_{};  // failed, succeeded
  std::atomic<double> last_reload_seconds_{0};
  std::atomic<TimeMicros> last_success_{kUnknownTime};
  std::atomic<int> overdue_{-1};  // -1: not known yet
};

}  // namespace marquee::serving
