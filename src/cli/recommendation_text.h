// How lists of movies are shown: as tables for a person and as JSON for a machine.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/recommender.h"

namespace marquee::cli {

nlohmann::json movie_json(const Recommender& recommender, MovieId movie);

// `explain`: each with why it is there.
nlohmann::json recommendations_json(const Recommender& recommender, UserId user,
                                    const std::vector<Recommendation>& list, bool explain);
std::string recommendations_text(const Recommender& recommender, UserId user,
                                 const std::vector<Recommendation>& list, bool explain);

nlohmann::json similar_json(const Recommender& recommender, const std::vector<SimilarMovie>& list);
std::string similar_text(const Recommender& recommender, const std::vector<SimilarMovie>& list);

}  // namespace marquee::cli
