// What serving, the command line and evaluation ask of a model: lists, similar movies and
// explanations.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/rating.h"

namespace marquee {

struct ModelData;
struct ListRules;
class GenreIndex;
class ItemFilter;
class Reranking;
struct FoldedUser;

// Where a score comes from. The latent part is the other half of item–item: both
// complete the user's ratings from everybody's.
enum class Part { kUserUser = 0, kItemItem = 1, kContent = 2, kLatent = 3, kPopularity = 4 };
inline constexpr int kPartCount = 5;
// "user_user", "item_item", "content", "latent", "popularity"
std::string_view name_of(Part part);

struct Recommendation {
  MovieId movie = 0;
  // Sum of parts, or the Bayesian average in the popular list. With settings of `ranking.` a list
  // is not in its order.
  float score = 0;
  std::array<float, kPartCount> parts{};  // each part's weighted, standardised share of the score
  bool popular = false;                   // filled up from the popular list
};

struct SimilarMovie {
  MovieId movie = 0;
  float score = 0;  // greater is more similar, at most 1
};

// What is asked of a list.
struct ListRequest {
  int n = 20;
  bool include_rated = false;          // movies that the user has rated, too
  const ItemFilter* filter = nullptr;  // null: every movie is allowed
};

// Why one movie is recommended to one user.
struct Explanation {
  Recommendation recommendation;
  struct Because {
    MovieId movie = 0;
    float share = 0;
  };  // rated movies that pull it up, strongest first
  std::vector<Because> because;
  struct Neighbor {
    UserId user = 0;
    float similarity = 0;
    float rating = 0;
  };  // alike users who rated it
  std::vector<Neighbor> neighbors;
  std::vector<std::string>
      shared_terms;  // genres, words, tags in common with the user's taste, strongest first
};

// Answers from one model, immutable and thread-safe. Keeps the model's memory alive.
class Recommender {
 public:
  explicit Recommender(std::shared_ptr<const ModelData> model);

  bool knows_user(UserId user) const;
  bool knows_movie(MovieId movie) const;

  // Up to n movies the user has not rated, best first, ties by lower id; always n when that many
  // unrated movies exist. For n within the precomputed lists it is a copy, past them it is
  // computed. A user the model does not know gets the popular list.
  std::vector<Recommendation> recommend(UserId user, int n) const;

  // The same under conditions. What the precomputed list cannot fill is computed over all movies,
  // so that a list is short only where the allowed movies run out. The order and the scores are
  // those of the list without conditions, but that settings of `ranking.` order anew what was
  // computed.
  std::vector<Recommendation> recommend(UserId user, const ListRequest& request) const;

  // The list of somebody whose ratings were folded in; the popular list where none could be.
  std::vector<Recommendation> recommend(const FoldedUser& user, const ListRequest& request) const;

  // Most similar first; empty when the movie is unknown. Of the similar movies that the model keeps
  // those that `filter` (null: all) allows.
  std::vector<SimilarMovie> similar(MovieId movie, int n, const ItemFilter* filter = nullptr) const;

  // Rules compiled for this model, within another filter of it that must outlive the new one.
  ItemFilter filter(const ListRules& rules, const ItemFilter* within = nullptr) const;
  // Names in the rules that no movie of the model has as a genre.
  std::vector<std::string> unknown_genres(const ListRules& rules) const;
  // kUsage that names the first of them and the nearest genre there is.
  Status check_genres(const ListRules& rules) const;

  Explanation explain(UserId user, const Recommendation& recommendation) const;

  // Empty when the model does not know the movie.
  std::string_view title(MovieId movie) const;
  std::vector<std::string_view> genres(MovieId movie) const;
  int year(MovieId movie) const;

  struct UserSummary {
    std::int64_t rating_count = 0;
    double avg_rating = 0;
    double std_dev = 0;
  };
  std::optional<UserSummary> summary(UserId user) const;
  // The rating the model was trained on, if any.
  std::optional<float> rating(UserId user, MovieId movie) const;

  const ModelData& data() const { return *model_; }

 private:
  std::shared_ptr<const ModelData> model_;
  std::shared_ptr<const GenreIndex> genre_index_;
  std::shared_ptr<const Reranking> reranking_;
};

}  // namespace marquee
