// Makes rating events that could be real, for trying the flow: `marquee produce`.
#pragma once

#include <optional>
#include <random>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "events/rating_event.h"

namespace marquee {

struct EventMakerOptions {
  UserId user = 1;  // gets every fourth event, at least 20 of 100
  std::uint64_t seed = 0;
};

// Draws movies that exist and that the user in question has not rated: popular ones more often. Not
// thread-safe. The same input gives the same events but for their timestamps.
class EventMaker {
 public:
  // `ratings` by user, `movies` by id. kUnfit when there are no movies.
  static Result<EventMaker> create(std::span<const Rating> ratings, std::span<const Movie> movies,
                                   const EventMakerOptions& options);

  // kUnfit when options.user has rated every movie. Remembers what it gave: no pair comes twice.
  Result<RatingEvent> next(TimeMicros now);

 private:
  explicit EventMaker(const EventMakerOptions& options);
  UserId draw_user();
  std::optional<MovieId> draw_movie(UserId user);
  double draw_rating(MovieId movie);
  std::uint64_t draw(std::uint64_t limit) { return random_() % limit; }

  EventMakerOptions options_;
  std::mt19937_64 random_;
  std::int64_t made_ = 0;
  std::vector<MovieId> movies_;
  std::vector<MovieId> rated_movies_;  // one entry a rating: a draw from it favours the popular
  std::vector<UserId> users_;
  std::unordered_map<UserId, std::unordered_set<MovieId>> rated_by_;
};

}  // namespace marquee
