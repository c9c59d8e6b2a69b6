#include "serving/event_intake.h"

namespace marquee::serving {
namespace {

constexpr std::size_t kMaxWaitingEvents = 10'000;

}  // namespace

// Two tasks at most: one that writes, and one for what came meanwhile.
EventIntake::EventIntake(EventSink& sink) : sink_(sink), worker_(2) {}

bool EventIntake::submit(std::string event, Done done) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (events_.size() >= kMaxWaitingEvents) return false;
    first = events_.empty();
    events_.push_back(std::move(event));
    dones_.push_back(std::move(done));
  }
  if (first) worker_.post([this] { write_waiting(); });
  return true;
}

void EventIntake::write_waiting() {
  std::vector<std::string> events;
  std::vector<Done> dones;
  {
    const std::lock_guard lock(mutex_);
    events.swap(events_);
    dones.swap(dones_);
  }
  const auto positions = sink_.append(events);
  for (std::size_t i = 0; i < dones.size(); ++i) {
    if (positions)
      dones[i]((*positions)[i]);
    else
      dones[i](std::unexpected(positions.error()));
  }
}

}  // namespace marquee::serving
