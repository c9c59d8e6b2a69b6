// What lists are like beyond accuracy: how much of the catalogue they reach, and how much they
// differ.
#pragma once

#include <span>
#include <vector>

#include "model/model_data.h"

namespace marquee {

// Of the first 10 places of every user's list; see measure_lists.
struct ListQuality {
  double coverage = 0;              // distinct movies shown to anyone, over the catalogue
  double intra_list_diversity = 0;  // mean of 1 - cosine of terms over the pairs within a list
  double user_diversity = 0;        // mean share of a list that another user's list does not have
  double novelty = 0;               // mean of -log2(share of users who rated the movie), bits
  double gini = 0;  // of how often each movie of the catalogue is shown: 0 all alike, 1 one alone
};

// `lists` holds item indices of `model`, one list a user. Fewer than two users: user_diversity is
// 0. A movie that nobody rated counts as rated by half a user in novelty.
ListQuality measure_lists(std::span<const std::vector<std::int32_t>> lists, const ModelData& model);

// The first n of the model's precomputed lists.
std::vector<std::vector<std::int32_t>> lists_of(const ModelData& model, std::size_t n);

// For every user the first n of `ranking` (item indices, best first) that the user has not rated.
std::vector<std::vector<std::int32_t>> unrated_lists(const ModelData& model,
                                                     std::span<const std::int32_t> ranking,
                                                     std::size_t n);

}  // namespace marquee
