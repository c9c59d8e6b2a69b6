// Whom a model serves well: its accuracy by how much users have rated and by how popular the movies
// are that they liked.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "evaluation/metrics.h"
#include "model/model_data.h"

namespace marquee {

// A third of the judged users, by number of ratings in training.
struct ActivitySegment {
  std::size_t users = 0;
  std::int64_t most_ratings = 0;  // of a user of this third
  double ndcg_at_10 = 0;
};

// The movies that hold a third of all ratings in training, from the least to the most rated.
struct PopularitySegment {
  std::size_t movies = 0;
  std::size_t liked = 0;    // held-out likes of these movies
  double recall_at_20 = 0;  // share of those that stood in the user's first 20; 0 without any
};

struct Segments {
  std::array<ActivitySegment, 3> by_activity;      // few, some, many ratings
  std::array<PopularitySegment, 3> by_popularity;  // rare, known, popular movies
};

// `outcomes`, `test`, `relevant_rating` and `list_of` as in judge_users; `model` counts ratings.
// Users with equally many ratings may fall into two thirds, by id.
Segments measure_segments(std::span<const UserOutcome> outcomes, std::span<const Rating> test,
                          double relevant_rating, const ListOf& list_of, const ModelData& model);

}  // namespace marquee
