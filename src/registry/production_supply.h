// The production model where storage.mode is aws: what is published in the object store, through
// this machine's production file, which is its cache.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "model/model_file.h"
#include "objects/object_store.h"
#include "registry/model_registry.h"
#include "registry/published_models.h"

namespace marquee {

// Thread-safe. Without the object store it gives what the cache holds: losing the store stops
// neither a running server nor its restart.
class ProductionSupply {
 public:
  using OpenStore = std::function<Result<std::unique_ptr<ObjectStore>>()>;

  // `open_store` is called when the store is first needed, and again after it could not be opened.
  // `registry` must outlive the supply.
  ProductionSupply(const ModelRegistry& registry, OpenStore open_store);

  // Downloads what is published unless the cache holds it, then loads the cache. With the store out
  // of reach, or nothing published, the cache as it is; kNotFound when that is missing, too.
  Result<LoadedModel> load();

  // The checksum of what is published; empty when nothing is.
  Result<std::string> published_checksum();

 private:
  Result<PublishedModels> published();
  Status refresh();

  const ModelRegistry& registry_;
  const OpenStore open_store_;
  std::mutex mutex_;
  std::unique_ptr<ObjectStore> store_;
};

// Puts this model file into production for every server that follows `store`. Contracts as of
// PublishedModels::publish; `run_id` may be empty.
Status publish_model(ObjectStore& store, const Clock& clock, const std::filesystem::path& file,
                     std::string_view reason, std::string_view run_id);

// This machine's production file as it is. kNotFound tells how to make one.
Result<LoadedModel> load_production_file(const ModelRegistry& registry);

}  // namespace marquee
