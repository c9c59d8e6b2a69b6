#include "pipeline/data_checks.h"

namespace marquee {
namespace {

constexpr TimeMicros kBurstSpan = 60 * kMicrosPerSecond;

Check warn_if(std::string name, bool warn, std::string finding) {
  return {std::move(name), warn ? Verdict::kWarn : Verdict::kPass, std::move(finding)};
}

double share_of(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Calls visit(ratings of one user) for each user in turn.
template <typename Visitor>
void for_each_user(std::span<const Rating> ratings, Visitor&& visit) {
  for (std::size_t begin = 0; begin < ratings.size();) {
    std::size_t end = begin;
    while (end < ratings.size() && ratings[end].user == ratings[begin].user) ++end;
    visit(ratings.subspan(begin, end - begin));
    begin = end;
  }
}

// The most times that lie within kBurstSpan; `times` are sorted.
std::int64_t densest_minute(std::span<const TimeMicros> times) {
  std::int64_t most = 0;
  for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] >= kBurstSpan) ++first;
    most = std::max(most, static_cast<std::int64_t>(last - first + 1));
  }
  return most;
}

struct Burst {
  std::int64_t ratings = 0;
  std::int64_t id = 0;
};

// By user or by movie; of several the one with the lowest id.
Burst largest_burst(std::span<const Rating> ratings, std::int64_t Rating::* id) {
  std::vector<std::pair<std::int64_t, TimeMicros>> known;
  known.reserve(ratings.size());
  for (const Rating& rating : ratings)
    if (rating.time != kUnknownTime) known.emplace_back(rating.*id, rating.time);
  std::ranges::sort(known);
  Burst largest;
  std::vector<TimeMicros> times;
  for (std::size_t begin = 0; begin < known.size();) {
    times.clear();
    std::size_t end = begin;
    for (; end < known.size() && known[end].first == known[begin].first; ++end)
      times.push_back(known[end].second);
    if (const std::int64_t most = densest_minute(times); most > largest.ratings)
      largest = {most, known[begin].first};
    begin = end;
  }
  return largest;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "ok";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
  }
  return "fail";
}

std::string name_in_findings(UserId user) {
  return fmt::format("(user {})", user);
}

RatingHistogram histogram_of(std::span<const Rating> ratings, const EventOptions& bounds) {
  RatingHistogram histogram{};
  const double width = std::max(bounds.max_rating - bounds.min_rating, 1e-9);
  for (const Rating& rating : ratings) {
    const double tenth = 10 * (static_cast<double>(rating.value) - bounds.min_rating) / width;
    ++histogram[static_cast<std::size_t>(std::clamp(tenth, 0.0, 9.0))];
  }
  return histogram;
}

Check check_any_ratings(std::span<const Rating> ratings, std::size_t movie_count) {
  if (ratings.empty()) return {"ratings", Verdict::kFail, "there are no ratings"};
  std::size_t users = 0;
  for_each_user(ratings, [&](auto) { ++users; });
  return {"ratings", Verdict::kPass,
          fmt::format("{} ratings by {} users, {} movies in the catalogue", ratings.size(), users,
                      movie_count)};
}

Check check_bounds(std::span<const Rating> ratings, const EventOptions& bounds) {
  const auto outside =
      static_cast<std::size_t>(std::ranges::count_if(ratings, [&](const Rating& r) {
        return !(r.value >= bounds.min_rating && r.value <= bounds.max_rating);
      }));
  return warn_if(
      "bounds", outside > 0,
      fmt::format("{} ratings outside {} to {}", outside, bounds.min_rating, bounds.max_rating));
}

double stability_index(const RatingHistogram& a, const RatingHistogram& b) {
  constexpr double kPrior = 0.5;
  const auto total = [](const RatingHistogram& histogram) {
    return static_cast<double>(
               std::accumulate(histogram.begin(), histogram.end(), std::int64_t{0})) +
           kPrior * static_cast<double>(histogram.size());
  };
  double index = 0;
  for (std::size_t tenth = 0; tenth < a.size(); ++tenth) {
    const double p = (static_cast<double>(a[tenth]) + kPrior) / total(a);
    const double q = (static_cast<double>(b[tenth]) + kPrior) / total(b);
    index += (p - q) * std::log(p / q);
  }
  return index;
}

Check check_catalogue(std::span<const Rating> ratings, std::span<const Movie> movies,
                      const ValidateOptions& options) {
  const auto unknown =
      static_cast<std::size_t>(std::ranges::count_if(ratings, [&](const Rating& r) {
        return !std::ranges::binary_search(movies, r.movie, {}, &Movie::id);
      }));
  const double share = share_of(unknown, ratings.size());
  return warn_if("catalogue", share > options.max_unknown_movie_share,
                 fmt::format("{} ratings ({:.1f} %) of movies that the catalogue does not have",
                             unknown, 100 * share));
}

Check check_times(std::span<const Rating> ratings) {
  const auto unknown =
      static_cast<std::size_t>(std::ranges::count(ratings, kUnknownTime, &Rating::time));
  return warn_if("times", unknown > 0,
                 fmt::format("{} ratings ({:.1f} %) without a time", unknown,
                             100 * share_of(unknown, ratings.size())));
}

Check check_single_ratings(std::span<const Rating> ratings, const ValidateOptions& options) {
  std::size_t users = 0, single = 0;
  for_each_user(ratings, [&](std::span<const Rating> of_user) {
    ++users;
    single += of_user.size() == 1;
  });
  const double share = share_of(single, users);
  return warn_if(
      "single ratings", share > options.max_single_rating_share,
      fmt::format("{} of {} users ({:.1f} %) have one rating only", single, users, 100 * share));
}

Check check_bursts(std::span<const Rating> ratings, const ValidateOptions& options) {
  const Burst burst = largest_burst(ratings, &Rating::user);
  return warn_if("bursts", burst.ratings > options.max_user_burst,
                 fmt::format("at most {} ratings in a minute by one user {}", burst.ratings,
                             name_in_findings(burst.id)));
}

Check check_movie_bursts(std::span<const Rating> ratings, const ValidateOptions& options) {
  const Burst burst = largest_burst(ratings, &Rating::movie);
  return warn_if("movie bursts", burst.ratings > options.max_movie_burst,
                 fmt::format("at most {} ratings in a minute of one movie (movie {})",
                             burst.ratings, burst.id));
}

Check check_drift(const RatingHistogram& now, const std::optional<RatingHistogram>& before,
                  const ValidateOptions& options) {
  if (!before) return {"drift", Verdict::kPass, "no earlier run to compare the ratings with"};
  const double index = stability_index(now, *before);
  return warn_if("drift", index > options.max_drift,
                 fmt::format("stability index {:.3f} against the last validated run; up to {:g} is "
                             "usual",
                             index, options.max_drift));
}

}  // namespace marquee
