// Which models were trained on ratings of some users, and so still hold them; and what a training
// left for the next.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "objects/object_store.h"
#include "registry/model_registry.h"

namespace marquee {

// Names of the model files of a data dir that know one of the users, "production_model" first, then
// the newest first. A file that cannot be read is among them: it may.
std::vector<std::string> models_with(const ModelRegistry& registry, std::span<const UserId> users);

// How many of the users the kept pair sums know; all of them when the file cannot be read.
std::int64_t count_in_pair_sums(const ModelRegistry& registry, std::span<const UserId> users);
// Removes the pair sums when they know one of the users: the next training counts everybody.
Status forget_in_pair_sums(const ModelRegistry& registry, std::span<const UserId> users);

// Keys below gold/models/, the same. Downloads every model there.
Result<std::vector<std::string>> published_models_with(ObjectStore& store,
                                                       std::span<const UserId> users);

}  // namespace marquee
