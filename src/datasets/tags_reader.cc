#include "datasets/tags_reader.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/trimmed.h"
#include "datasets/field_parsing.h"
#include "datasets/header_row.h"
#include "datasets/row_reader.h"

namespace marquee {
namespace {

using TagCounts = std::map<std::string, std::int64_t>;

struct TagsLayout {
  Separator separator = Separator::kDoubleColon;
  bool has_header = false;
  std::size_t movie = 1;
  std::size_t tag = 2;
};

std::optional<TagsLayout> recognise_tags(std::string_view text) {
  const HeaderRow header(text);
  const auto movie = header.movie(), tag = header.find({"tag"});
  if (movie && tag) return TagsLayout{header.separator(), true, *movie, *tag};
  RowReader colons(text, Separator::kDoubleColon);
  colons.next();
  const auto fields = colons.fields();
  if (fields.size() == 4 && parse_id(fields[0]) && parse_id(fields[1])) return TagsLayout{};
  return std::nullopt;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// Counts the tag of one row; why not, when the row is bad.
std::expected<void, std::string> count_tag(const RowReader& row, const TagsLayout& layout,
                                           std::unordered_map<MovieId, TagCounts>& counts) {
  const auto fields = row.fields();
  if (row.malformed()) return std::unexpected("a quote is not closed");
  if (fields.size() <= std::max(layout.movie, layout.tag))
    return std::unexpected("the line has too few fields");
  const auto movie = parse_id(fields[layout.movie]);
  if (!movie) return std::unexpected("the movie id is not a positive whole number");
  const auto tag = trimmed(fields[layout.tag]);
  if (tag.empty()) return std::unexpected("the tag is empty");
  if (const auto found = counts.find(*movie); found != counts.end())
    ++found->second[lower_case(tag)];
  return {};
}

std::vector<std::string> most_given_first(const TagCounts& counts) {
  std::vector<std::pair<std::string, std::int64_t>> tags(counts.begin(), counts.end());
  std::ranges::stable_sort(tags, std::ranges::greater(),
                           &std::pair<std::string, std::int64_t>::second);
  std::vector<std::string> names;
  for (auto& [name, count] : tags) names.push_back(std::move(name));
  return names;
}

void add_to_movies(const std::unordered_map<MovieId, TagCounts>& counts,
                   std::vector<Movie>& movies) {
  for (Movie& movie : movies)
    for (std::string& tag : most_given_first(counts.at(movie.id)))
      if (std::ranges::find(movie.tags, tag) == movie.tags.end())
        movie.tags.push_back(std::move(tag));
}

}  // namespace

void read_tags(std::string_view text, std::vector<Movie>& movies, LineTally& tally) {
  if (text.empty()) return;
  const auto layout = recognise_tags(text);
  if (!layout)
    return tally.add_bad(1, "this is not a tags file: columns for movie and tag are missing");
  std::unordered_map<MovieId, TagCounts> counts;
  for (const Movie& movie : movies) counts.try_emplace(movie.id);
  RowReader rows(text, layout->separator);
  if (layout->has_header) rows.next();
  while (rows.next()) {
    auto counted = count_tag(rows, *layout, counts);
    if (counted)
      tally.add_good();
    else
      tally.add_bad(rows.line(), std::move(counted.error()));
  }
  add_to_movies(counts, movies);
}

}  // namespace marquee
