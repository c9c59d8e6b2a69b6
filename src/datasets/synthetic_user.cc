#include "datasets/synthetic_user.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace marquee {
namespace {

constexpr std::uint64_t kUserStream = 5;

constexpr double kPickiness = 8.0;     // how steeply interest falls with affinity
constexpr double kFullInterest = 0.6;  // affinity from which on a drawn movie is always watched
constexpr double kTasteDrift = 0.5;  // of the way to another taste that is gone over the two years
constexpr int kTries = 200;          // draws before taste is set aside, when nearly all was rated
constexpr int kTriesWithoutTaste = 50;

constexpr double kMeanStay =
    4.1;  // of the logarithm of days between first and last rating: 60 days
constexpr double kStaySpread = 1.2;
constexpr double kLatestStart = 0.95;  // of the window

constexpr double kBaseRating = 2.9;
constexpr double kAffinityStars = 2.2;
constexpr double kBiasSpread = 0.35;
constexpr double kNoiseSpread = 0.45;

}  // namespace

struct SyntheticUsers::Person {
  Taste early;
  Taste late;
  double bias;

  Taste taste_at(std::int64_t time) const {
    const double passed = static_cast<double>(time - kWindowStart) / (kWindowEnd - kWindowStart);
    return between(early, late, kTasteDrift * passed);
  }
};

namespace {

Taste draw_taste(const TasteSpace& space, PortableRandom& random) {
  const std::array<std::size_t, 2> favourites = {random.below(kGenreCount),
                                                 random.below(kGenreCount)};
  return space.near(favourites, random);
}

void draw_times(std::uint32_t count, PortableRandom& random, std::vector<std::int64_t>& times) {
  constexpr double kWindow = kWindowEnd - kWindowStart;
  const double start = kLatestStart * random.uniform() * kWindow;
  const double stay = 86'400 * portable_exp(kMeanStay + kStaySpread * random.normal());
  const double length = std::min(stay, kWindow - start);
  times.clear();
  for (std::uint32_t i = 0; i < count; ++i)
    times.push_back(kWindowStart + static_cast<std::int64_t>(start + length * random.uniform()));
  std::ranges::sort(times);
}

// interest() by affinity from -1 to 1; most of the time goes into asking for it.
constexpr int kInterestSteps = 4096;
using InterestTable = std::array<double, kInterestSteps + 1>;

InterestTable make_interest_table() {
  InterestTable table;
  for (int i = 0; i <= kInterestSteps; ++i) {
    const double affinity = 2.0 * i / kInterestSteps - 1;
    table[i] = portable_exp(kPickiness * std::min(0.0, affinity - kFullInterest));
  }
  return table;
}

// The probability that someone watches a movie that they came across.
double interest(double affinity) {
  static const InterestTable table = make_interest_table();
  const int step = static_cast<int>((affinity + 1) * (kInterestSteps / 2));
  return table[std::clamp(step, 0, kInterestSteps)];
}

int half_stars(double stars) {
  return std::clamp(static_cast<int>(std::floor(2 * stars + 0.5)), 1, 10);
}

}  // namespace

SyntheticUsers::SyntheticUsers(const SyntheticCatalogue& catalogue, const TasteSpace& space,
                               std::uint64_t seed)
    : catalogue_(catalogue), space_(space), seed_(seed), rated_by_(catalogue.movies().size()) {}

std::uint32_t SyntheticUsers::next_unrated(std::uint32_t from) const {
  while (rated_by_[from] == present_user_) from = (from + 1) % rated_by_.size();
  return from;
}

std::uint32_t SyntheticUsers::choose(const Person& person, std::int64_t time,
                                     PortableRandom& random) {
  const Taste taste = person.taste_at(time);
  for (int i = 0; i < kTries + kTriesWithoutTaste; ++i) {
    const std::uint32_t drawn = catalogue_.draw(random);
    const SyntheticMovie& movie = catalogue_.movies()[drawn];
    if (rated_by_[drawn] == present_user_) continue;
    const double luck = random.uniform();
    const double attention = SyntheticCatalogue::attention(movie, time);
    if (luck >= attention) continue;
    if (i >= kTries || luck < attention * interest(affinity(taste, movie.taste))) return drawn;
  }
  return next_unrated(random.below(static_cast<std::uint32_t>(rated_by_.size())));
}

const std::vector<SyntheticRating>& SyntheticUsers::ratings_of(std::uint64_t index,
                                                               std::uint32_t count) {
  PortableRandom random(seed_, kUserStream, index);
  present_user_ = index + 1;
  Person person;
  person.early = draw_taste(space_, random);
  person.late = draw_taste(space_, random);
  person.bias = kBiasSpread * random.normal();
  draw_times(count, random, times_);
  ratings_.clear();
  for (const std::int64_t time : times_) {
    const std::uint32_t chosen = choose(person, time, random);
    rated_by_[chosen] = present_user_;
    const SyntheticMovie& movie = catalogue_.movies()[chosen];
    const double stars = kBaseRating + movie.quality + person.bias +
                         kAffinityStars * affinity(person.taste_at(time), movie.taste) +
                         kNoiseSpread * random.normal();
    ratings_.push_back({chosen, half_stars(stars), time});
  }
  return ratings_;
}

}  // namespace marquee
