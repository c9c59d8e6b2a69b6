#include "registry/production_supply.h"

#include "core/log.h"

namespace marquee {

ProductionSupply::ProductionSupply(const ModelRegistry& registry, OpenStore open_store)
    : registry_(registry), open_store_(std::move(open_store)) {}

Result<PublishedModels> ProductionSupply::published() {
  const std::lock_guard lock(mutex_);
  if (store_ == nullptr) {
    MARQUEE_ASSIGN(store_, open_store_());
  }
  return PublishedModels(*store_);
}

Status ProductionSupply::refresh() {
  MARQUEE_ASSIGN(const PublishedModels models, published());
  MARQUEE_ASSIGN(const auto model, models.production());
  if (model) MARQUEE_TRY(models.fetch(*model, registry_.production_path()));
  return {};
}

Result<LoadedModel> ProductionSupply::load() {
  const Status refreshed = refresh();
  auto model = load_production_file(registry_);
  if (refreshed) return model;
  if (!model) return std::unexpected(refreshed.error());
  spdlog::warn("what is published cannot be had, so {} of this machine's cache stays: {}",
               model->version, refreshed.error().message());
  return model;
}

Result<std::string> ProductionSupply::published_checksum() {
  MARQUEE_ASSIGN(const PublishedModels models, published());
  MARQUEE_ASSIGN(const auto model, models.production());
  return model ? model->checksum : std::string();
}

Status publish_model(ObjectStore& store, const Clock& clock, const std::filesystem::path& file,
                     std::string_view reason, std::string_view run_id) {
  MARQUEE_ASSIGN(const LoadedModel model, load_model(file));
  MARQUEE_TRY(PublishedModels(store).publish(file, {.name = model.version,
                                                    .key = {},
                                                    .checksum = model.checksum,
                                                    .size = model.size,
                                                    .time = clock.now(),
                                                    .reason = std::string(reason),
                                                    .run_id = std::string(run_id)}));
  return {};
}

Result<LoadedModel> load_production_file(const ModelRegistry& registry) {
  const auto path = registry.production_path();
  if (!std::filesystem::exists(path))
    return fail(ErrorCode::kNotFound, "there is no production model", path.string(),
                "run 'marquee train --deploy', then POST /reload");
  return load_model(path);
}

}  // namespace marquee
