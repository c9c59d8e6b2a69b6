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

// Ordered by user, and within a user by hash.
std::vector<Keyed> by_user(std::span<const Rating> ratings, std::int64_t seed) {
  auto keyed = with_keys(ratings, seed);
  std::ranges::sort(
      keyed, {}, [](const Keyed& k) { return std::tuple(k.rating.user, k.key, k.rating.movie); });
  return keyed;
}

// Sends each rating to the part that `is_test(place, count)` says: its place among the user's own
// `count` ratings. Users with less than `fewest` are all training.
template <typename IsTest>
Split split_users(std::span<const Rating> ratings, std::int64_t seed, std::int64_t fewest,
                  IsTest is_test) {
  const auto keyed = by_user(ratings, seed);
  Split split;
  for (std::size_t first = 0; first < keyed.size();) {
    std::size_t last = first;
    while (last < keyed.size() && keyed[last].rating.user == keyed[first].rating.user) ++last;
    const std::size_t count = last - first;
    const bool enough = count >= static_cast<std::size_t>(fewest);
    for (std::size_t place = 0; place < count; ++place)
      (enough && is_test(place, count) ? split.test : split.train)
          .push_back(keyed[first + place].rating);
    first = last;
  }
  return split;
}

Split split_by_user(std::span<const Rating> ratings, const EvaluationOptions& options) {
  return split_users(ratings, options.seed, options.min_user_ratings,
                     [&](std::size_t place, std::size_t count) {
                       return place >= count - test_count(count, options);
                     });
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

Status check_parts(const Split& split, std::size_t ratings) {
  if (!split.train.empty() && !split.test.empty()) return {};
  return fail(
      ErrorCode::kUnfit, fmt::format("{} ratings are too few to hold some out for a test", ratings),
      "evaluation", "collect more ratings, set model.validation to user, or ask for fewer folds");
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
  MARQUEE_TRY(check_parts(split, ratings.size()));
  return split;
}

Result<Split> split_fold(std::span<const Rating> ratings, std::int64_t fold,
                         const EvaluationOptions& options) {
  const auto folds = static_cast<std::size_t>(options.folds);
  Split split =
      split_users(ratings, options.seed, std::max(options.min_user_ratings, options.folds),
                  [&](std::size_t place, std::size_t) {
                    return place % folds == static_cast<std::size_t>(fold);
                  });
  split.note = fmt::format("{} folds, evaluation.folds", options.folds);
  MARQUEE_TRY(check_parts(split, ratings.size()));
  return split;
}

}  // namespace marquee
