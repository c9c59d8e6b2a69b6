// Bodies of the answers that tell about the server, a reload or a user.
#pragma once

#include <optional>
#include <string>

#include "serving/problem.h"
#include "serving/reloader.h"
#include "serving/served_model.h"
#include "serving/stored_profiles.h"

namespace marquee::serving {

// What /health tells of; `model` may be null.
struct Health {
  const ServedModel* model = nullptr;
  std::optional<ReloadStatus> last_reload;
  std::optional<Error> stream_trouble;  // why events cannot be taken
  bool reloading = false;
  TimeMicros now = 0;
  TimeMicros started = 0;
};

// Why there is no model, and the command to run.
Problem no_model_problem(const std::optional<ReloadStatus>& last_reload, bool reloading);

// 200 with a model, 503 without; the body is the same but for "detail" and "mend". Whether events
// are taken stands in "events" and changes no status: recommendations do not need them.
Response health_response(const Health& health);

// {"id", "state", "source", "old", "new", "seconds"}; "problem" when it failed.
std::string reload_json(const ReloadStatus& status);

// {"user_id", "known", "model", "summary", "features", "newest_ratings"}; nullopt when neither the
// model (which may be null) nor the store knows the user.
std::optional<std::string> profile_json(const ServedModel* model, const StoredProfile& stored,
                                        UserId user);

}  // namespace marquee::serving
