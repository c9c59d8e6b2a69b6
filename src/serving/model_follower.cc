#include "serving/model_follower.h"

#include "core/log.h"
#include "core/rating.h"

namespace marquee::serving {

ModelFollower::ModelFollower(FollowedModel model, Clock& clock, std::chrono::seconds interval)
    : model_(std::move(model)),
      clock_(clock),
      thread_([this, interval](std::stop_token stop) { run(std::move(stop), interval); }) {}

void ModelFollower::run(std::stop_token stop, std::chrono::seconds interval) {
  while (clock_.sleep_until(clock_.now() + interval.count() * kMicrosPerSecond, stop)) look();
}

void ModelFollower::look() {
  const auto published = model_.published();
  tell(published);
  if (!published || published->empty() || *published == asked_for_) return;
  if (*published != model_.served() && !model_.reload()) return;
  asked_for_ = *published;
}

void ModelFollower::tell(const Result<std::string>& published) {
  if (!published && reachable_)
    spdlog::warn("cannot see which model is published: {}", published.error().message());
  if (published && !reachable_) spdlog::info("which model is published can be seen again");
  reachable_ = published.has_value();
}

}  // namespace marquee::serving
