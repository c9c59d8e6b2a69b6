// Takes accepted rating events from the API to the event stream.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "serving/work_thread.h"
#include "stream/event_stream.h"

namespace marquee::serving {

// Events that arrive while the journal writes go into the next write together: one fsync for all of
// them. To a remote stream they are handed at once, and its requests carry what is under way at the
// same time. Thread-safe.
class EventIntake {
 public:
  // Called once, from the intake's thread or the stream's, and must not block: where the event
  // lies, durably, or why it could not be kept.
  using Done = std::function<void(const Result<StreamPosition>&)>;

  // `sink` must outlive it.
  explicit EventIntake(EventSink& sink);
  // Waits until every event that was taken has been answered for.
  ~EventIntake();

  // False, and nothing is called, when too many events wait.
  bool submit(std::string event, Done done);

  // Why events cannot be taken at the moment, as far as is known.
  std::optional<Error> trouble() const { return sink_.trouble(); }

 private:
  void write_waiting();
  void settle(std::span<const Done> dones, const Result<std::vector<StreamPosition>>& positions);

  EventSink& sink_;
  std::mutex mutex_;
  std::vector<std::string> events_;
  std::vector<Done> dones_;
  std::size_t under_way_ = 0;  // given to the sink and not answered for
  std::condition_variable settled_;
  WorkThread worker_;  // last: its thread uses all of the above
};

}  // namespace marquee::serving
