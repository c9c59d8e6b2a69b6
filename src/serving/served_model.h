// A model that is fit to be served: loaded, checked and warm, with what is told about it.
#pragma once

#include <memory>
#include <string_view>

#include "core/rating.h"
#include "model/fold_in.h"
#include "model/item_filter.h"
#include "model/model_file.h"
#include "model/recommender.h"

namespace marquee::serving {

enum class ModelOrigin { kProductionFile, kData };
std::string_view name_of(ModelOrigin origin);  // "production", "data"

// Immutable and thread-safe.
struct ServedModel {
  LoadedModel model;  // checksum empty and size 0 when built from data
  Recommender recommender;
  ItemFilter rules;                                      // the server's rules, for this model
  std::shared_ptr<const FoldInBasis> fold_in = nullptr;  // null: lists stay as trained
  ModelOrigin origin = ModelOrigin::kProductionFile;
  TimeMicros trained = kUnknownTime;  // the moment its run id names; unknown when it names none
  TimeMicros loaded = 0;
};

// How lists are served, whatever the model.
struct ListSettings {
  ListRules rules = {};
  bool fold_in = false;  // newer ratings of a user count at once
};

// Checks that the model can answer (it knows movies, its lists name movies it knows and none
// twice), kCorrupt else, and touches what answering touches, so that the first request after a swap
// is as fast as any other. kGateRefused when the rules allow none of its movies; genres in them
// that it does not know are logged.
Result<std::shared_ptr<const ServedModel>> prepare_model(LoadedModel model, ModelOrigin origin,
                                                         TimeMicros now,
                                                         const ListSettings& settings = {});

// The version of a model of this run: "hybrid_model_20260301_020000".
std::string version_of_run(std::string_view run_id);

}  // namespace marquee::serving
