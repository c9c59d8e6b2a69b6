#include "evaluation/split.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include "model/parallel.h"

namespace marquee {
namespace {

// SHA-1 of "seed:user:movie", the first 64 bits, most significant first: anyone can make the same
// split with a few lines in any language.
std::uint64_t shuffle_key(const Rating& rating, std::int64_t seed) {
  const std::string text = fmt::format("{}:{}:{}", seed, rating.user, rating.movie);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::uint64_t key = 0;
  for (std::size_t k = 0; k < sizeof key; ++k) key = key << 8 | digest[k];
  return key;
}

std::size_t test_count(std::size_t count, const EvaluationOptions& options) {
  return static_cast<std::size_t>(std::floor(options.test_share * static_cast<double>(count)));
}

struct Keyed {
  Rating rating;
  std::uint64_t key = 0;
};

std::vector<Keyed> with_keys(std::span<const Rating> ratings, std::int64_t seed) {
  std::vector<Keyed> keyed(ratings.size());
  for_each_row(ratings.size(), thread_count(0), [&] {
    return [&](std::size_t k) { keyed[k] = {ratings[k], shuffle_key(ratings[k], seed)}; };
  });
  return keyed;
}

Split split_by_user(std::span<const Rating> ratings, const EvaluationOptions& options) {
  auto keyed = with_keys(ratings, options.seed);
  std::ranges::sort(
      keyed, {}, [](const Keyed& k) { return std::tuple(k.rating.user, k.key, k.rating.movie); });
  Split split;
  for (std::size_t first = 0; first < keyed.size();) {
    std::size_t last = first;
    while (last < keyed.size() && keyed[last].rating.user == keyed[first].rating.user) ++last;
    const std::size_t count = last - first;
    const bool enough = count >= static_cast<std::size_t>(options.min_user_ratings);
    const std::size_t cut = last - (enough ? test_count(count, options) : 0);
    for (; first < last; ++first)
      (first < cut ? split.train : split.test).push_back(keyed[first].rating);
  }
  return split;
}

Split split_by_time(std::span<const Rating> ratings, const EvaluationOptions& options) {
  auto keyed = with_keys(ratings, options.seed);
  std::ranges::sort(keyed, {}, [](const Keyed& k) {
    return std::tuple(k.rating.time, k.key, k.rating.user, k.rating.movie);
  });
  Split split{.kind = SplitKind::kTime, .note = {}, .train = {}, .test = {}};
  const std::size_t cut = keyed.size() - test_count(keyed.size(), options);
  std::unordered_set<UserId> trained;
  for (std::size_t k = 0; k < cut; ++k) {
    split.train.push_back(keyed[k].rating);
    trained.insert(keyed[k].rating.user);
  }
  for (std::size_t k = cut; k < keyed.size(); ++k)
    if (trained.contains(keyed[k].rating.user)) split.test.push_back(keyed[k].rating);
  return split;
}

// Why the times of these ratings cannot order them; empty when they can.
std::string why_no_time(std::span<const Rating> ratings) {
  std::size_t known = 0;
  TimeMicros first = kUnknownTime, last = kUnknownTime;
  for (const Rating& rating : ratings) {
    if (rating.time == kUnknownTime) continue;
    first = known == 0 ? rating.time : std::min(first, rating.time);
    last = std::max(last, rating.time);
    ++known;
  }
  if (2 * known < ratings.size())
    return fmt::format("only {} of {} ratings have a time", known, ratings.size());
  return first == last ? "all ratings have the same time" : "";
}

}  // namespace

Result<Split> split_ratings(std::span<const Rating> ratings, std::string_view validation,
                            const EvaluationOptions& options) {
  const bool by_time = validation == "time";
  const std::string obstacle = by_time ? why_no_time(ratings) : "";
  Split split = by_time && obstacle.empty() ? split_by_time(ratings, options)
                                            : split_by_user(ratings, options);
  split.note = obstacle.empty() ? fmt::format("model.validation is {}", validation)
                                : fmt::format("split by user, because {}", obstacle);
  if (split.train.empty() || split.test.empty())
    return fail(ErrorCode::kUnfit,
                fmt::format("{} ratings are too few to hold some out for a test", ratings.size()),
                "evaluation", "collect more ratings, or set model.validation to user");
  return split;
}

}  // namespace marquee
