// What the store tells about a user: features and newest ratings, as of now.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "store/rating_store.h"

namespace marquee::serving {

struct StoredProfile {
  std::optional<UserFeatures> features;  // none: the store does not know the user
  std::vector<Rating> newest;            // newest first
};

// Everything a user has rated, newest first. Called from one thread at a time.
using FindRatings = std::function<Result<std::vector<Rating>>(UserId)>;

// Opens the store read-only when first asked, and again after a failure. For one thread at a time.
class StoredProfiles {
 public:
  explicit StoredProfiles(std::filesystem::path data_dir);

  // An empty profile when there is no store yet.
  Result<StoredProfile> find(UserId user);
  // All ratings of a user, newest first; none when there is no store yet.
  Result<std::vector<Rating>> ratings(UserId user);

 private:
  Result<bool> open();  // false: there is no store yet
  Result<StoredProfile> read(UserId user);

  std::filesystem::path data_dir_;
  std::optional<RatingStore> store_;
};

}  // namespace marquee::serving
