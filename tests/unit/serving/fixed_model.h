// A model written by hand, so that tests know every list without training.
#pragma once

#include <memory>
#include <string>

#include "model/model_data.h"
#include "serving/served_model.h"

namespace marquee::serving {

// Movies 10, 20, 30, 40, 50; users 1 and 2, each with a list of three:
//   user 1: rated 10 (5 stars) and 20 (4 stars); list 30, 40, 50
//   user 2: rated 30 (3 stars); list 50, 40, 10
// Popular, best first: 20, 10, 30, 40, 50. Similar to 10: 20, 30. Movie 50's title is not UTF-8.
std::shared_ptr<ModelData> fixed_model_data(const std::string& run_id = "20260301_020000");

// The same, with both lists turned round.
std::shared_ptr<ModelData> turned_model_data(const std::string& run_id);

LoadedModel loaded(std::shared_ptr<const ModelData> data);

// Ready to be served, from the production file.
std::shared_ptr<const ServedModel> served(std::shared_ptr<const ModelData> data);

}  // namespace marquee::serving
