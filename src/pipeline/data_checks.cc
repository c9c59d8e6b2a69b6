#include "pipeline/data_checks.h"

namespace marquee {
namespace {

constexpr TimeMicros kBurstSpan = 60 * kMicrosPerSecond;
constexpr std::size_t kBurstRatings = 120;
constexpr double kMaxDrift = 0.10;
constexpr double kMaxSingleShare = 0.5;

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

// The most ratings that one user gave within kBurstSpan.
std::size_t densest_minute(std::span<const Rating> of_user) {
  std::vector<TimeMicros> times;
  for (const Rating& rating : of_user)
    if (rating.time != kUnknownTime) times.push_back(rating.time);
  std::ranges::sort(times);
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] >= kBurstSpan) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

double total_variation(const RatingHistogram& a, const RatingHistogram& b) {
  const auto sum = [](const RatingHistogram& h) {
    return std::max(1.0, static_cast<double>(std::accumulate(h.begin(), h.end(), std::int64_t{0})));
  };
  double distance = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    distance += std::abs(static_cast<double>(a[i]) / sum(a) - static_cast<double>(b[i]) / sum(b));
  return distance / 2;
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

Check check_catalogue(std::span<const Rating> ratings, std::span<const Movie> movies) {
  const auto unknown =
      static_cast<std::size_t>(std::ranges::count_if(ratings, [&](const Rating& r) {
        return !std::ranges::binary_search(movies, r.movie, {}, &Movie::id);
      }));
  return warn_if("catalogue", unknown > 0,
                 fmt::format("{} ratings ({:.1f} %) of movies that the catalogue does not have",
                             unknown, 100 * share_of(unknown, ratings.size())));
}

Check check_times(std::span<const Rating> ratings) {
  const auto unknown =
      static_cast<std::size_t>(std::ranges::count(ratings, kUnknownTime, &Rating::time));
  return warn_if("times", unknown > 0,
                 fmt::format("{} ratings ({:.1f} %) without a time", unknown,
                             100 * share_of(unknown, ratings.size())));
}

Check check_single_ratings(std::span<const Rating> ratings) {
  std::size_t users = 0, single = 0;
  for_each_user(ratings, [&](std::span<const Rating> of_user) {
    ++users;
    single += of_user.size() == 1;
  });
  const double share = share_of(single, users);
  return warn_if(
      "single ratings", share > kMaxSingleShare,
      fmt::format("{} of {} users ({:.1f} %) have one rating only", single, users, 100 * share));
}

Check check_bursts(std::span<const Rating> ratings) {
  std::size_t most = 0;
  UserId who = 0;
  for_each_user(ratings, [&](std::span<const Rating> of_user) {
    const std::size_t count = densest_minute(of_user);
    if (count > most) std::tie(most, who) = std::pair(count, of_user.front().user);
  });
  return warn_if("bursts", most > kBurstRatings,
                 fmt::format("at most {} ratings in a minute by one user (user {})", most, who));
}

Check check_drift(const RatingHistogram& now, const std::optional<RatingHistogram>& before) {
  if (!before) return {"drift", Verdict::kPass, "no earlier run to compare the ratings with"};
  const double drift = total_variation(now, *before);
  return warn_if(
      "drift", drift > kMaxDrift,
      fmt::format("{:.1f} % of the ratings moved since the last validated run", 100 * drift));
}

}  // namespace marquee
