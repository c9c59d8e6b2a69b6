// Training: from ratings and a catalogue to a whole model.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/error.h"
#include "model/model_data.h"
#include "model/pair_sums.h"

namespace marquee {

// How long one step of training took, in seconds.
struct TrainStep {
  std::string_view name;
  double seconds = 0;
};

struct TrainedModel {
  std::shared_ptr<const ModelData> model;
  std::vector<TrainStep> steps;
  std::string_view item_item_method;    // "ease", "cosine", or "off"
  std::optional<PairCount> pair_count;  // of the fit of all ratings, where ease made it
  std::optional<PairSums> pair_sums;    // for the next training, where they were asked for
};

// What is taken over from an earlier training and left for the next. It changes how long the
// counting takes, and nothing in the model.
struct PairKeeping {
  const PairSums* earlier = nullptr;
  bool keep = false;
};

// Told of each step as it starts, with the share of the work that is done, in [0, 1].
using TrainProgress = std::function<void(std::string_view step, double share)>;

// Fits every part that has a weight, and precomputes the lists. `ratings` and `catalogue` as in
// InteractionMatrix::build; the order of either changes nothing. The same input, options and thread
// count give the same bits. kUnfit when there are no ratings or they are not usable; kUsage when
// the options ask for what does not fit in memory.
Result<TrainedModel> train_hybrid(std::span<const Rating> ratings, std::span<const Movie> catalogue,
                                  const ModelOptions& options, Lineage lineage,
                                  const TrainProgress& progress = {},
                                  const PairKeeping& pairs = {});

}  // namespace marquee
