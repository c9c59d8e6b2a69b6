#include "ingest/event_maker.h"

#include <fmt/format.h>

#include <algorithm>

namespace marquee {

EventMaker::EventMaker(const EventMakerOptions& options)
    : options_(options), random_(options.seed) {}

Result<EventMaker> EventMaker::create(std::span<const Rating> ratings,
                                      std::span<const Movie> movies,
                                      const EventMakerOptions& options) {
  EventMaker maker(options);
  for (const Movie& movie : movies) maker.movies_.push_back(movie.id);
  for (const Rating& rating : ratings) {
    if (maker.users_.empty() || maker.users_.back() != rating.user)
      maker.users_.push_back(rating.user);
    maker.rated_by_[rating.user].insert(rating.movie);
    if (std::ranges::binary_search(maker.movies_, rating.movie))
      maker.rated_movies_.push_back(rating.movie);
  }
  if (!maker.movies_.empty()) return maker;
  return fail(ErrorCode::kUnfit, "there are no movies to rate", "the catalogue",
              "import some first: marquee import --ratings FILE --movies FILE");
}

Result<RatingEvent> EventMaker::next(TimeMicros now) {
  constexpr std::int64_t kOwnEvery = 4;
  constexpr int kTries = 100;
  const bool own = made_++ % kOwnEvery == 0;
  for (int k = 0; k < kTries; ++k) {
    const UserId user = own ? options_.user : draw_user();
    const auto movie = draw_movie(user);
    if (!movie && own) break;
    if (!movie) continue;
    rated_by_[user].insert(*movie);
    return RatingEvent{user, *movie, draw_rating(*movie), now};
  }
  return fail(ErrorCode::kUnfit,
              own ? fmt::format("user {} has rated every movie", options_.user)
                  : "nearly every user has rated every movie",
              "produce", own ? "choose another with --user" : "import more movies");
}

UserId EventMaker::draw_user() {
  return users_.empty() ? options_.user : users_[draw(users_.size())];
}

std::optional<MovieId> EventMaker::draw_movie(UserId user) {
  constexpr int kTries = 20;
  const auto& rated = rated_by_[user];
  const auto& popular = rated_movies_.empty() ? movies_ : rated_movies_;
  for (int k = 0; k < kTries; ++k)
    if (const MovieId movie = popular[draw(popular.size())]; !rated.contains(movie)) return movie;
  // A user who has rated nearly everything: the first unrated one from a random place on.
  const std::size_t start = draw(movies_.size());
  for (std::size_t k = 0; k < movies_.size(); ++k)
    if (const MovieId movie = movies_[(start + k) % movies_.size()]; !rated.contains(movie))
      return movie;
  return std::nullopt;
}

// Half stars from 1 to 5, mostly 3 to 4.5; a movie's ratings lie around a mean of its own.
double EventMaker::draw_rating(MovieId movie) {
  const auto mean_halves =
      6 + static_cast<std::int64_t>(static_cast<std::uint64_t>(movie) * 2654435761u % 4);
  const auto spread = static_cast<std::int64_t>(draw(3) + draw(3)) - 2;
  return static_cast<double>(std::clamp<std::int64_t>(mean_halves + spread, 2, 10)) / 2;
}

}  // namespace marquee
