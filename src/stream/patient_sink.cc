#include "stream/patient_sink.h"

#include <future>

#include "stream/open_patiently.h"

namespace marquee {
namespace {

// Whatever keeps the stream away (a topic that is not there, a password file that cannot be read),
// for who sends events it is a time to wait.
std::unexpected<Error> refusal(Error error) {
  error.code = ErrorCode::kUnavailable;
  return std::unexpected(std::move(error));
}

}  // namespace

PatientSink::PatientSink(Open open, Clock& clock, BackoffOptions pauses)
    : opening_([this, open = std::move(open), &clock, pauses](const std::stop_token& stop) {
        auto sink = open_patiently(
            open, [this](const Error& error) { note_failure(error); }, "events are refused", clock,
            Backoff(pauses), stop);
        if (sink != nullptr) take(std::move(sink));
      }) {}

PatientSink::~PatientSink() {
  opening_.request_stop();
  opening_.join();
  note_failure({ErrorCode::kUnavailable, "the program stops", "", "send the events again"});
}

Result<std::vector<StreamPosition>> PatientSink::append(std::span<const std::string> events) {
  std::promise<Result<std::vector<StreamPosition>>> promise;
  start_append(events, [&promise](Result<std::vector<StreamPosition>> result) {
    promise.set_value(std::move(result));
  });
  return promise.get_future().get();
}

void PatientSink::start_append(std::span<const std::string> events, Appended done) {
  std::unique_lock lock(mutex_);
  if (sink_ == nullptr && !failure_) {
    waiting_.emplace_back(std::vector(events.begin(), events.end()), std::move(done));
    return;
  }
  EventSink* const sink = sink_.get();
  const auto failure = failure_;
  lock.unlock();
  if (sink != nullptr) return sink->start_append(events, std::move(done));
  done(refusal(*failure));
}

std::optional<Error> PatientSink::trouble() const {
  const std::lock_guard lock(mutex_);
  if (sink_ != nullptr) return sink_->trouble();
  if (failure_) return failure_;
  return Error{ErrorCode::kUnavailable, "the stream has not answered yet", "", "ask again"};
}

void PatientSink::note_failure(const Error& error) {
  std::unique_lock lock(mutex_);
  failure_ = error;
  const auto waiting = std::exchange(waiting_, {});
  lock.unlock();
  for (const auto& [events, done] : waiting) done(refusal(error));
}

void PatientSink::take(std::unique_ptr<EventSink> sink) {
  std::unique_lock lock(mutex_);
  sink_ = std::move(sink);
  auto waiting = std::exchange(waiting_, {});
  lock.unlock();
  for (auto& [events, done] : waiting) sink_->start_append(events, std::move(done));
}

}  // namespace marquee
