#include "cli/recommendation_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text_table.h"

namespace marquee::cli {
namespace {

using enum TextTable::Align;

constexpr std::size_t kReasons = 3;  // shown of each kind

template <typename T>
std::span<const T> first_of(const std::vector<T>& all) {
  return std::span(all).first(std::min(kReasons, all.size()));
}

std::string year_text(int year) {
  return year == 0 ? "" : std::to_string(year);
}

std::string genres_text(const Recommender& recommender, MovieId movie) {
  return fmt::format("{}", fmt::join(recommender.genres(movie), ", "));
}

std::string rating_text(const Recommender& recommender, UserId user, MovieId movie) {
  const auto rating = recommender.rating(user, movie);
  return rating ? fmt::format(" ({})", *rating) : "";
}

nlohmann::json parts_json(const Recommendation& recommendation) {
  nlohmann::json parts;
  for (int part = 0; part < kPartCount; ++part)
    parts[std::string(name_of(static_cast<Part>(part)))] =
        recommendation.parts[static_cast<std::size_t>(part)];
  return parts;
}

nlohmann::json why_json(const Recommender& recommender, UserId user,
                        const Explanation& explanation) {
  nlohmann::json because = nlohmann::json::array();
  for (const auto& reason : first_of(explanation.because)) {
    because.push_back(movie_json(recommender, reason.movie));
    because.back()["share"] = reason.share;
    if (const auto rating = recommender.rating(user, reason.movie))
      because.back()["rating"] = *rating;
  }
  nlohmann::json neighbors = nlohmann::json::array();
  for (const auto& neighbor : first_of(explanation.neighbors))
    neighbors.push_back({{"user_id", neighbor.user},
                         {"similarity", neighbor.similarity},
                         {"rating", neighbor.rating}});
  return {{"because_you_rated", because},
          {"users_like_you", neighbors},
          {"in_common", explanation.shared_terms}};
}

std::string because_text(const Recommender& recommender, UserId user,
                         const Explanation& explanation) {
  std::vector<std::string> movies;
  for (const auto& reason : first_of(explanation.because))
    movies.push_back(printable(recommender.title(reason.movie)) +
                     rating_text(recommender, user, reason.movie));
  if (movies.empty()) return "";
  return fmt::format("      because you rated  {}\n", fmt::join(movies, ", "));
}

std::string neighbors_text(const Explanation& explanation) {
  if (explanation.neighbors.empty()) return "";
  double sum = 0;
  for (const auto& neighbor : explanation.neighbors) sum += neighbor.rating;
  const auto count = explanation.neighbors.size();
  return fmt::format("      users like you     {} of them rated it, {:.1f} on average\n", count,
                     sum / static_cast<double>(count));
}

std::string terms_text(const Explanation& explanation) {
  if (explanation.shared_terms.empty()) return "";
  return printable(fmt::format("      in common          {}",
                               fmt::join(first_of(explanation.shared_terms), ", "))) +
         "\n";
}

std::string explained_text(const Recommender& recommender, UserId user,
                           const std::vector<Recommendation>& list) {
  std::string text;
  int rank = 0;
  for (const Recommendation& recommendation : list) {
    const Explanation why = recommender.explain(user, recommendation);
    text += fmt::format("{:>3}.  {} [{}], score {:.3f}\n", ++rank,
                        printable(recommender.title(recommendation.movie)), recommendation.movie,
                        recommendation.score);
    text += because_text(recommender, user, why) + neighbors_text(why) + terms_text(why);
  }
  return text;
}

std::string personal_table(const Recommender& recommender,
                           const std::vector<Recommendation>& list) {
  TextTable table({{"#", kRight},
                   {"movie", kRight},
                   {"title"},
                   {"year"},
                   {"genres", kLeft, 30},
                   {"score", kRight},
                   {"users", kRight},
                   {"items", kRight},
                   {"content", kRight}});
  for (std::size_t i = 0; i < list.size(); ++i)
    table.add({std::to_string(i + 1), std::to_string(list[i].movie),
               std::string(recommender.title(list[i].movie)),
               year_text(recommender.year(list[i].movie)), genres_text(recommender, list[i].movie),
               fmt::format("{:.3f}", list[i].score), fmt::format("{:+.3f}", list[i].parts[0]),
               fmt::format("{:+.3f}", list[i].parts[1]), fmt::format("{:+.3f}", list[i].parts[2])});
  return table.text();
}

// `list` of what has a movie and a score; the score's column has this name.
template <typename Scored>
std::string scored_table(const Recommender& recommender, const std::vector<Scored>& list,
                         const char* score) {
  TextTable table({{"#", kRight},
                   {"movie", kRight},
                   {"title"},
                   {"year"},
                   {"genres", kLeft, 30},
                   {score, kRight}});
  for (std::size_t i = 0; i < list.size(); ++i)
    table.add({std::to_string(i + 1), std::to_string(list[i].movie),
               std::string(recommender.title(list[i].movie)),
               year_text(recommender.year(list[i].movie)), genres_text(recommender, list[i].movie),
               fmt::format("{:.3f}", list[i].score)});
  return table.text();
}

}  // namespace

nlohmann::json movie_json(const Recommender& recommender, MovieId movie) {
  nlohmann::json json = {{"movie_id", movie},
                         {"title", recommender.title(movie)},
                         {"genres", recommender.genres(movie)}};
  if (const int year = recommender.year(movie); year != 0) json["year"] = year;
  return json;
}

nlohmann::json recommendations_json(const Recommender& recommender, UserId user,
                                    const std::vector<Recommendation>& list, bool explain) {
  nlohmann::json items = nlohmann::json::array();
  for (const Recommendation& recommendation : list) {
    nlohmann::json item = movie_json(recommender, recommendation.movie);
    item["score"] = recommendation.score;
    item["parts"] = parts_json(recommendation);
    item["popular"] = recommendation.popular;
    if (explain)
      item["why"] = why_json(recommender, user, recommender.explain(user, recommendation));
    items.push_back(std::move(item));
  }
  return items;
}

std::string recommendations_text(const Recommender& recommender, UserId user,
                                 const std::vector<Recommendation>& list, bool explain) {
  if (!recommender.knows_user(user))
    return fmt::format("The model does not know user {}: these are the best-loved movies of all.\n",
                       user) +
           scored_table(recommender, list, "average");
  return explain ? explained_text(recommender, user, list) : personal_table(recommender, list);
}

nlohmann::json similar_json(const Recommender& recommender, const std::vector<SimilarMovie>& list) {
  nlohmann::json items = nlohmann::json::array();
  for (const SimilarMovie& similar : list) {
    items.push_back(movie_json(recommender, similar.movie));
    items.back()["score"] = similar.score;
  }
  return items;
}

std::string similar_text(const Recommender& recommender, const std::vector<SimilarMovie>& list) {
  return scored_table(recommender, list, "similarity");
}

}  // namespace marquee::cli
