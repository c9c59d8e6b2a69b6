// Looks now and then whether another model was published, and asks for a reload when it was: for
// servers that nobody tells by POST /reload.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "core/clock.h"
#include "core/error.h"

namespace marquee::serving {

struct FollowedModel {
  // Checksum of the published model; empty when none is.
  std::function<Result<std::string>()> published;
  // Checksum of the model that is served; empty when none is.
  std::function<std::string()> served;
  std::function<Status()> reload;
};

// Looks until it is destroyed. A model is asked for once: one that was refused is not tried again
// until another is published. What the functions use, and `clock`, must outlive it.
class ModelFollower {
 public:
  ModelFollower(FollowedModel model, Clock& clock, std::chrono::seconds interval);

 private:
  void run(std::stop_token stop, std::chrono::seconds interval);
  void look();
  void tell(const Result<std::string>& published);

  const FollowedModel model_;
  Clock& clock_;
  std::string asked_for_;
  bool reachable_ = true;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace marquee::serving
