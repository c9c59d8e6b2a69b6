// Takes accepted rating events from the API to the event stream.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.h"
#include "serving/work_thread.h"
#include "stream/event_stream.h"

namespace marquee::serving {

// Events that arrive while a write is under way go into the next one together: one fsync for all of
// them. Thread-safe.
class EventIntake {
 public:
  // Called once, from the intake's thread: where the event lies, durably, or why it could not be
  // kept.
  using Done = std::function<void(const Result<StreamPosition>&)>;

  // `sink` must outlive it.
  explicit EventIntake(EventSink& sink);

  // False, and nothing is called, when too many events wait.
  bool submit(std::string event, Done done);

 private:
  void write_waiting();

  EventSink& sink_;
  std::mutex mutex_;
  std::vector<std::string> events_;
  std::vector<Done> dones_;
  WorkThread worker_;  // last: its thread uses all of the above
};

}  // namespace marquee::serving
