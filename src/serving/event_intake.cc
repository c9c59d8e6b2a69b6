#include "serving/event_intake.h"

namespace marquee::serving {
namespace {

constexpr std::size_t kMaxWaitingEvents = 10'000;

}  // namespace

// Two tasks at most: one that writes, and one for what came meanwhile.
EventIntake::EventIntake(EventSink& sink) : sink_(sink), worker_(2) {}

EventIntake::~EventIntake() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return events_.empty() && under_way_ == 0; });
}

bool EventIntake::submit(std::string event, Done done) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (events_.size() + under_way_ >= kMaxWaitingEvents) return false;
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
    under_way_ += events.size();
  }
  sink_.start_append(events, [this, dones = std::move(dones)](
                                 const Result<std::vector<StreamPosition>>& positions) {
    settle(dones, positions);
  });
}

void EventIntake::settle(std::span<const Done> dones,
                         const Result<std::vector<StreamPosition>>& positions) {
  for (std::size_t i = 0; i < dones.size(); ++i) {
    if (positions)
      dones[i]((*positions)[i]);
    else
      dones[i](std::unexpected(positions.error()));
  }
  const std::lock_guard lock(mutex_);
  under_way_ -= dones.size();
  settled_.notify_all();
}

}  // namespace marquee::serving
