// What validate looks for in the data of a run: pure functions over ratings and counts.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/rating.h"

namespace marquee {

enum class Verdict { kPass, kWarn, kFail };
std::string_view name_of(Verdict verdict);  // "ok", "warn", "fail"

struct Check {
  std::string name;
  Verdict verdict = Verdict::kPass;
  std::string finding;  // a sentence with the figures
};

// How a finding names a single user.
std::string name_in_findings(UserId user);

// How many ratings lie in each tenth of [events.min_rating, events.max_rating].
using RatingHistogram = std::array<std::int64_t, 10>;
RatingHistogram histogram_of(std::span<const Rating> ratings, const EventOptions& bounds);

// The population stability index of two histograms: Σ (p − q) ln(p / q) over the tenths, half a
// rating added to each so that empty ones can be compared. Below 0.1 little has moved, above 0.25
// much.
double stability_index(const RatingHistogram& a, const RatingHistogram& b);

// `ratings` are ordered by (user, movie) throughout, `movies` by id. The limits are those of
// `options`; without them the defaults.
Check check_any_ratings(std::span<const Rating> ratings, std::size_t movie_count);
Check check_bounds(std::span<const Rating> ratings, const EventOptions& bounds);
Check check_catalogue(std::span<const Rating> ratings, std::span<const Movie> movies,
                      const ValidateOptions& options = {});
Check check_times(std::span<const Rating> ratings);
// Warns when too many users have one rating only: collaborative filtering learns little from them.
Check check_single_ratings(std::span<const Rating> ratings, const ValidateOptions& options = {});
// Warns when one user gave more ratings within a minute than a person does.
Check check_bursts(std::span<const Rating> ratings, const ValidateOptions& options = {});
// Warns when one movie got more ratings within a minute than an audience gives.
Check check_movie_bursts(std::span<const Rating> ratings, const ValidateOptions& options = {});
// Warns when the ratings moved elsewhere since the last validated run.
Check check_drift(const RatingHistogram& now, const std::optional<RatingHistogram>& before,
                  const ValidateOptions& options = {});

}  // namespace marquee
