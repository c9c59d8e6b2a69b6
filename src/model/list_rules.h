// Business rules: which movies may be in a list at all, whatever the model thinks of them. They
// come from the configuration (`rules.…`), from a request and from the command line, and are
// applied when a list is served, so that a rule holds without training anew.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/error.h"
#include "core/rating.h"

namespace marquee {

// Nothing set allows every movie.
struct ListRules {
  std::vector<MovieId> exclude = {};     // in any order
  std::vector<std::string> genres = {};  // a movie must have one of these; empty: any or none
  std::vector<std::string> exclude_genres = {};  // … and none of these
  int min_year = 0;  // … and be of that year or later; 0: any or unknown

  bool empty() const {
    return exclude.empty() && genres.empty() && exclude_genres.empty() && min_year == 0;
  }
};

// The rules of the configuration, with the movies of `rules.exclude_file` read: one id a line,
// empty lines and what follows a '#' passed over. kUsage that names the key, or the file and line.
Result<ListRules> read_rules(const RuleOptions& options);

// "318, 296" as ids; kUsage that names the word that is none.
Result<std::vector<MovieId>> parse_movie_ids(std::string_view text);

// "Drama, Film-Noir" as names; empty ones are left out.
std::vector<std::string> parse_genre_names(std::string_view text);

}  // namespace marquee
