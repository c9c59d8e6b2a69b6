#include "features/features.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace marquee {
namespace {

// Count, mean and spread of a growing set of values, by Welford's method.
class Aggregate {
 public:
  void add(const Rating& rating) {
    ++count_;
    const double distance = rating.value - mean_;
    mean_ += distance / static_cast<double>(count_);
    squares_ += distance * (rating.value - mean_);
    newest_ = std::max(newest_, rating.time);
  }

  std::int64_t count() const { return count_; }
  double mean() const { return mean_; }
  double deviation() const { return std::sqrt(squares_ / static_cast<double>(count_)); }
  double popularity() const { return std::log(1.0 + static_cast<double>(count_)); }
  TimeMicros newest() const { return newest_; }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // sum of squared distances from the mean
  TimeMicros newest_ = kUnknownTime;
};

using Aggregates = std::vector<std::pair<std::int64_t, Aggregate>>;

// By id. Ratings often come in runs of one user, for which no look-up is needed.
Aggregates aggregate(std::span<const Rating> ratings, std::int64_t Rating::* id) {
  Aggregates rows;
  std::unordered_map<std::int64_t, std::size_t> row_of;
  std::size_t row = 0;
  for (const Rating& rating : ratings) {
    if (rows.empty() || rows[row].first != rating.*id) {
      row = row_of.try_emplace(rating.*id, rows.size()).first->second;
      if (row == rows.size()) rows.emplace_back(rating.*id, Aggregate());
    }
    rows[row].second.add(rating);
  }
  std::ranges::sort(rows, {}, &Aggregates::value_type::first);
  return rows;
}

}  // namespace

std::vector<UserFeatures> user_features(std::span<const Rating> ratings) {
  std::vector<UserFeatures> features;
  for (const auto& [user, a] : aggregate(ratings, &Rating::user))
    features.push_back({user, a.mean(), a.count(), a.deviation(), a.newest()});
  return features;
}

std::vector<MovieFeatures> movie_features(std::span<const Rating> ratings) {
  std::vector<MovieFeatures> features;
  for (const auto& [movie, a] : aggregate(ratings, &Rating::movie))
    features.push_back({movie, a.mean(), a.count(), a.popularity(), a.newest()});
  return features;
}

}  // namespace marquee
