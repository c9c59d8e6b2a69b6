// Models small enough to be trained anew in each test.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/rating.h"
#include "model/model_data.h"

namespace marquee {

struct SmallModel {
  std::string run_id = "20260301_020000";
  std::vector<Rating> ratings;     // beside those that every small model has
  std::vector<Movie> more_movies;  // the same
  int n_neighbors = 5;
};

std::shared_ptr<const ModelData> train_small(const SmallModel& wanted);

// Trains and writes it; gives the checksum of the file.
std::string write_small(const std::filesystem::path& path, const SmallModel& wanted);

}  // namespace marquee
