// The nouns of the domain: user and movie ids, a rating, where it came from, and a movie.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace marquee {

using UserId = std::int64_t;   // positive
using MovieId = std::int64_t;  // positive; the model calls a movie an item

// Microseconds since 1970-01-01T00:00:00Z. Unknown sorts before every known time.
using TimeMicros = std::int64_t;
inline constexpr TimeMicros kUnknownTime = std::numeric_limits<TimeMicros>::min();
inline constexpr TimeMicros kMicrosPerSecond = 1'000'000;

// One rating, resolved: the only one of its (user, movie) pair, or a candidate to be it.
struct Rating {
  UserId user = 0;
  MovieId movie = 0;
  float value = 0;  // in [model bounds], by default 0.5 to 5.0
  TimeMicros time = kUnknownTime;

  friend bool operator==(const Rating&, const Rating&) = default;
};

// What a ranking gives a movie for a user: the greater, the higher it stands.
struct Score {
  UserId user = 0;
  MovieId movie = 0;
  double value = 0;

  friend bool operator==(const Score&, const Score&) = default;
};

// Through which door a rating came in. The numbers are stored and decide ties: never renumber.
enum class SourceKind : std::uint8_t { kImport = 0, kStream = 1 };

// The place of an event in its source; unique for every event ever accepted.
struct Provenance {
  SourceKind kind = SourceKind::kStream;
  std::string topic;           // a topic's name, or "import:<content hash>"
  std::int32_t partition = 0;  // 0 for imports
  std::int64_t offset = 0;     // offset, or line number for imports

  friend bool operator==(const Provenance&, const Provenance&) = default;
  friend auto operator<=>(const Provenance&, const Provenance&) = default;
};

// The contract's total order: of two ratings for one (user, movie) pair the greater one counts.
struct RatingOrder {
  TimeMicros time = kUnknownTime;
  Provenance source;

  friend bool operator==(const RatingOrder&, const RatingOrder&) = default;
  friend auto operator<=>(const RatingOrder&, const RatingOrder&) = default;
};

// A row of the catalogue. Every field but the id may be empty or unknown.
struct Movie {
  MovieId id = 0;
  std::string title;
  std::vector<std::string> genres;
  int year = 0;  // 0: unknown
  std::vector<std::string> tags;

  friend bool operator==(const Movie&, const Movie&) = default;
};

}  // namespace marquee
