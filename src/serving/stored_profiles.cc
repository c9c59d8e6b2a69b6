#include "serving/stored_profiles.h"

namespace marquee::serving {
namespace {

constexpr std::int64_t kNewestRatings = 10;

}  // namespace

StoredProfiles::StoredProfiles(std::filesystem::path data_dir) : data_dir_(std::move(data_dir)) {}

Result<bool> StoredProfiles::open() {
  if (store_) return true;
  auto store = RatingStore::open(data_dir_, sqlite::Access::kReadOnly);
  if (!store && store.error().code == ErrorCode::kNotFound) return false;
  if (!store) return std::unexpected(std::move(store.error()));
  store_.emplace(std::move(*store));
  return true;
}

Result<StoredProfile> StoredProfiles::find(UserId user) {
  MARQUEE_ASSIGN(const bool there, open());
  if (!there) return StoredProfile{};
  auto profile = read(user);
  if (!profile) store_.reset();
  return profile;
}

Result<std::vector<Rating>> StoredProfiles::ratings(UserId user) {
  MARQUEE_ASSIGN(const bool there, open());
  if (!there) return std::vector<Rating>{};
  auto ratings = store_->ratings_of(user, std::numeric_limits<std::int64_t>::max());
  if (!ratings) store_.reset();
  return ratings;
}

Result<StoredProfile> StoredProfiles::read(UserId user) {
  StoredProfile profile;
  MARQUEE_ASSIGN(profile.features, store_->user_features(user));
  MARQUEE_ASSIGN(profile.newest, store_->ratings_of(user, kNewestRatings));
  return profile;
}

}  // namespace marquee::serving
