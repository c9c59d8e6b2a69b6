// Fits every part of a model that may have a weight. Learning does it on cuts of the data, training
// on all of it.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string_view>

#include "model/content.h"
#include "model/item_item.h"
#include "model/model_data.h"
#include "model/rating_times.h"
#include "model/recommender.h"

namespace marquee {

// Which parts to fit, indexed by Part.
using PartSet = std::array<bool, kPartCount>;

// Those whose weight in the options is neither 0 nor sure to come out as 0; open weights count as
// in.
PartSet wanted_parts(const ModelOptions& options);

// Told of each step as it starts, with the share of the fitting that is done, in [0, 1].
using FitProgress = std::function<void(std::string_view step, double share)>;

struct FitInput {
  const InteractionMatrix& matrix;
  const Grades& grades;
  const RatingTimes& times;
  std::span<const Movie> catalogue;
  std::span<const std::uint8_t> neighbors_for = {};  // by user: 1 to find neighbours; empty: all
  PairBook* pairs = nullptr;                         // of the item–item part; may be null
};

struct FittedParts {
  ModelData model;  // ids, ratings and the parts; no lists, texts, similar movies
  Content content;
  std::string_view item_item_method = "off";  // "ease", "cosine"
};

// `options` with nothing left open (with_rules). The parts left out are empty. Content is always
// fitted: similar movies and explanations need it. kUnfit or kUsage as of the parts.
Result<FittedParts> fit_parts(const FitInput& input, const ModelOptions& options,
                              const PartSet& parts, const FitProgress& progress = {});

// Gives `model` other options. It fits anew what hangs on half-lives alone, which is cheap; ridges
// and the like must be what the parts were fitted with.
void give_options(ModelData& model, const FitInput& input, const ModelOptions& options);

// Adds to `model` the item–item part alone; tells the method. `pairs` as in FitInput.
Result<std::string_view> fit_item_item(ModelData& model, const Grades& grades,
                                       PairBook* pairs = nullptr);

// Adds to `model` the latent part alone.
Status fit_latent_part(ModelData& model, const FitInput& input);

}  // namespace marquee
