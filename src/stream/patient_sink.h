// A sink for programs that start, and go on, while their stream is away.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "core/backoff.h"
#include "stream/event_stream.h"

namespace marquee {

// Opens its stream in a thread of its own, again and again until that succeeds. What is appended
// before the first attempt has ended waits for its outcome; from then on events are refused at once
// (kUnavailable, with the cause of the last attempt), until the stream is there. Thread-safe.
class PatientSink final : public EventSink {
 public:
  // Called on that thread; must return soon after a stop is requested.
  using Open = std::function<Result<std::unique_ptr<EventSink>>(std::stop_token)>;

  // `clock` must outlive it.
  PatientSink(Open open, Clock& clock, BackoffOptions pauses = {});
  // What still waits is refused.
  ~PatientSink() override;

  Result<std::vector<StreamPosition>> append(std::span<const std::string> events) override;
  void start_append(std::span<const std::string> events, Appended done) override;
  std::optional<Error> trouble() const override;

 private:
  using Waiting = std::pair<std::vector<std::string>, Appended>;
  void note_failure(const Error& error);
  void take(std::unique_ptr<EventSink> sink);

  mutable std::mutex mutex_;
  std::unique_ptr<EventSink> sink_;  // once set it stays
  std::optional<Error> failure_;     // of the last attempt
  std::vector<Waiting> waiting_;     // for the first attempt
  std::jthread opening_;             // last: it uses all of the above
};

}  // namespace marquee
