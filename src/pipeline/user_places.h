// The places of one storage mode that hold something of users. Internal to forgetting.h.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "events/user_mentions.h"
#include "pipeline/tasks.h"

namespace marquee {

// What was found where, always the same places in the same order.
using PlaceCounts = std::vector<std::pair<std::string, std::int64_t>>;

// For one thread. prepare(), then find(), then remove(), then find() again.
class UserPlaces {
 public:
  virtual ~UserPlaces() = default;
  // Sees to it that nothing brings the users back: applies what waits, or refuses (kUnavailable).
  virtual Status prepare() = 0;
  // Scans everything.
  virtual Result<PlaceCounts> find() = 0;
  // Removes what find() counted. Again: the rest. Gives whether statistics were computed anew.
  virtual Result<bool> remove() = 0;
  // kUnavailable when somebody came meanwhile who may bring the users back.
  virtual Status check_undisturbed() = 0;
  // Keys of models elsewhere than in the data dir that know the users.
  virtual Result<std::vector<std::string>> models_elsewhere() = 0;
};

// `config`, `clock` and `users` must outlive it. `progress` may be empty.
Result<std::unique_ptr<UserPlaces>> open_database_places(const Config& config,
                                                         const UserMentions& users);
Result<std::unique_ptr<UserPlaces>> open_lake_places(const Config& config, Clock& clock,
                                                     const UserMentions& users,
                                                     const Progress& progress);

}  // namespace marquee
