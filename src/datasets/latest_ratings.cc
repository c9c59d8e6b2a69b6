#include <algorithm>
#include <tuple>

#include "datasets/dataset.h"

namespace marquee {

std::vector<Rating> latest_ratings(std::span<const FileRating> ratings) {
  std::vector<FileRating> sorted(ratings.begin(), ratings.end());
  std::ranges::sort(sorted, {}, [](const FileRating& r) {
    return std::tuple(r.rating.user, r.rating.movie, r.rating.time, r.line);
  });
  std::vector<Rating> latest;
  latest.reserve(sorted.size());
  for (const FileRating& next : sorted) {
    const bool same_pair = !latest.empty() && latest.back().user == next.rating.user &&
                           latest.back().movie == next.rating.movie;
    if (same_pair)
      latest.back() = next.rating;
    else
      latest.push_back(next.rating);
  }
  return latest;
}

}  // namespace marquee
