// Accuracy of ranked lists against held-out ratings, user by user.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "core/rating.h"

namespace marquee {

inline constexpr std::array<int, 3> kCutoffs = {5, 10, 20};
inline constexpr int kLongestList = 20;

enum class Metric { kPrecision, kRecall, kF1, kNdcg, kHitRate, kMap, kMrr };
inline constexpr int kMetricCount = 7;
// "precision", "recall", "f1", "ndcg", "hit_rate", "map", "mrr"
std::string_view name_of(Metric metric);

// One user's figures, by metric and cutoff.
using Figures = std::array<std::array<double, kCutoffs.size()>, kMetricCount>;

struct UserOutcome {
  UserId user = 0;
  Figures figures{};
};

// A list's figures against what is relevant (ascending ids, not empty). Gains are binary. precision
// = hits / k, even when the list is shorter; NDCG's ideal is over min(k, relevant) places; f1 is 0
// without a hit; map is the mean precision at the places of the hits over min(k, relevant); mrr is
// 1 over the place of the first hit.
Figures judge(std::span<const MovieId> list, std::span<const MovieId> relevant);

// Gives a user's list, best first; empty when there is none (all figures are 0 then).
using ListOf = std::function<std::vector<MovieId>(UserId)>;

// Judges every user with at least one relevant test rating (>= relevant_rating), by ascending id.
// Movies that training never saw stay in the ideal.
std::vector<UserOutcome> judge_users(std::span<const Rating> test, double relevant_rating,
                                     const ListOf& list_of);

Figures mean(std::span<const UserOutcome> outcomes);

}  // namespace marquee
