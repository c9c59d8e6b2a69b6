#include "evaluation/user_means.h"

namespace marquee {

void UserMeans::add(std::span<const UserOutcome> outcomes) {
  for (const UserOutcome& outcome : outcomes) {
    Sum& sum = sums_[outcome.user];
    for (std::size_t m = 0; m < kMetricCount; ++m)
      for (std::size_t c = 0; c < kCutoffs.size(); ++c) sum.figures[m][c] += outcome.figures[m][c];
    sum.count += 1;
  }
}

std::vector<UserOutcome> UserMeans::means() const {
  std::vector<UserOutcome> outcomes;
  outcomes.reserve(sums_.size());
  for (const auto& [user, sum] : sums_) {
    outcomes.push_back({user, sum.figures});
    for (auto& row : outcomes.back().figures)
      for (double& figure : row) figure /= sum.count;
  }
  return outcomes;
}

}  // namespace marquee
