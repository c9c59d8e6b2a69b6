#include "serving/list_query.h"

#include <charconv>

namespace marquee::serving {
namespace {

constexpr int kMaxTopN = 100;
constexpr int kMaxYear = 9999;

// A whole number from 1 to `most`, or nullopt.
std::optional<int> whole_number(const std::string& text, int most) {
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error == std::errc() && end == text.data() + text.size() && n >= 1 && n <= most) return n;
  return std::nullopt;
}

std::unexpected<Problem> refuse_filter(std::string_view name, std::string_view value,
                                       std::string mend) {
  return refuse(ProblemKind::kInvalidFilter, fmt::format("{} is '{}'", name, value),
                std::move(mend));
}

Answer<void> read_seen(const Target& target, ListQuery& query) {
  const std::string* text = target.find("seen");
  if (text == nullptr || *text == "exclude") return {};
  if (*text != "include") return refuse_filter("seen", *text, "give include or exclude");
  query.include_rated = true;
  return {};
}

Answer<void> read_min_year(const Target& target, ListQuery& query) {
  const std::string* text = target.find("min_year");
  if (text == nullptr) return {};
  const auto year = whole_number(*text, kMaxYear);
  if (!year)
    return refuse_filter("min_year", *text,
                         fmt::format("give a whole number from 1 to {}", kMaxYear));
  query.rules.min_year = *year;
  return {};
}

Answer<void> read_excluded(const Target& target, ListQuery& query) {
  const std::string* text = target.find("exclude");
  if (text == nullptr) return {};
  auto ids = parse_movie_ids(*text);
  if (!ids)
    return refuse_filter("exclude", *text, "give movie ids, comma-separated, such as 318,296");
  query.rules.exclude = std::move(*ids);
  return {};
}

Answer<void> read_genres(const Target& target, std::string_view name,
                         std::vector<std::string>& genres) {
  const std::string* text = target.find(name);
  if (text == nullptr) return {};
  genres = parse_genre_names(*text);
  if (genres.empty())
    return refuse_filter(name, *text, "give genres, comma-separated, such as Drama,Comedy");
  return {};
}

}  // namespace

Answer<int> read_top_n(const Target& target, int absent) {
  const std::string* text = target.find("top_n");
  if (text == nullptr) return absent;
  if (const auto n = whole_number(*text, kMaxTopN)) return *n;
  return refuse(ProblemKind::kInvalidTopN, fmt::format("top_n is '{}'", *text),
                fmt::format("give a whole number from 1 to {}", kMaxTopN));
}

Answer<ListQuery> read_list_query(const Target& target, int absent_top_n) {
  ListQuery query;
  MARQUEE_ASSIGN(query.top_n, read_top_n(target, absent_top_n));
  if (target.query.empty()) return query;
  MARQUEE_TRY(read_seen(target, query));
  MARQUEE_TRY(read_min_year(target, query));
  MARQUEE_TRY(read_excluded(target, query));
  MARQUEE_TRY(read_genres(target, "genres", query.rules.genres));
  MARQUEE_TRY(read_genres(target, "exclude_genres", query.rules.exclude_genres));
  return query;
}

}  // namespace marquee::serving
