#include "evaluation/scored_lists.h"

#include <algorithm>

namespace marquee {

std::map<UserId, std::vector<MovieId>> rank_by_score(std::span<const Score> scores,
                                                     std::size_t longest) {
  std::map<UserId, std::vector<Score>> by_user;
  for (const Score& score : scores) by_user[score.user].push_back(score);
  std::map<UserId, std::vector<MovieId>> lists;
  for (auto& [user, own] : by_user) {
    const auto shown = std::min(longest, own.size());
    std::ranges::partial_sort(own, own.begin() + static_cast<std::ptrdiff_t>(shown), {},
                              [](const Score& s) { return std::pair(-s.value, s.movie); });
    auto& list = lists[user];
    for (const Score& score : std::span(own).first(shown)) list.push_back(score.movie);
  }
  return lists;
}

}  // namespace marquee
