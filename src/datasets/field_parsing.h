// What the fields of a row mean: ids, ratings, times, years, genres. Internal to datasets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/rating.h"

namespace marquee {

// A positive 64-bit integer, blanks around it allowed.
std::optional<std::int64_t> parse_id(std::string_view text);

// Epoch seconds (a fraction is allowed) or ISO 8601, from 1970 to 9999. Empty and 0 are
// kUnknownTime.
std::optional<TimeMicros> parse_time(std::string_view text);

// The texts of one rating as they stand in a row; a missing time is empty.
struct RatingFields {
  std::string_view user;
  std::string_view movie;
  std::string_view rating;
  std::string_view time;
};

// The rating, or why it is none.
std::expected<Rating, std::string> parse_rating(const RatingFields& fields,
                                                const EventOptions& bounds);

// A year of four digits, alone or at the end of a date ("01-Jan-1995"); 0 when there is none.
int parse_year(std::string_view text);

// The year in brackets at the end of a title: "Toy Story (1995)", "The Office (2005-2013)"; 0 when
// there is none.
int year_of_title(std::string_view title);

// Cuts a list at `separator`; empty and repeated entries and the markers for "none" are left out.
std::vector<std::string> split_names(std::string_view text, char separator);

}  // namespace marquee
