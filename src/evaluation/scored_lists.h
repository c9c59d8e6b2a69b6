// Lists from scores: how a ranking becomes what is judged.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "core/rating.h"

namespace marquee {

// Each user's `longest` movies of the greatest score, best first, ties by lower id. One score a
// pair; the order of scores changes nothing.
std::map<UserId, std::vector<MovieId>> rank_by_score(std::span<const Score> scores,
                                                     std::size_t longest);

}  // namespace marquee
