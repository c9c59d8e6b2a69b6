#include "model/model_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "model/recommender.h"
#include "model/tensor_values.h"

namespace marquee {
namespace {

Result<std::string> metadata_of(const TensorFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found != file.metadata().end()) return found->second;
  return fail(ErrorCode::kCorrupt,
              fmt::format("the header lacks '{}': it is not a Marquee model", key), file.name(),
              "train and deploy the model again");
}

Status check_schema(const TensorFile& file) {
  MARQUEE_ASSIGN(const std::string schema, metadata_of(file, "schema"));
  if (schema == std::to_string(kModelSchema)) return {};
  return fail(ErrorCode::kCorrupt,
              fmt::format("the model has schema version {}, this program reads version {}", schema,
                          kModelSchema),
              file.name(), "train and deploy it with this version of marquee");
}

// What was learned over what was asked for.
Result<Config> with_learned(Config asked, const std::string& learned_json) {
  const auto learned = nlohmann::json::parse(learned_json, nullptr, false);
  if (!learned.is_object() || !learned.contains("settings"))
    return fail(ErrorCode::kCorrupt, "it does not tell what was learned", "model header");
  return with_model_entries(std::move(asked), learned["settings"].dump());
}

Status read_header(const TensorFile& file, ModelData& model) {
  MARQUEE_TRY(check_schema(file));
  MARQUEE_ASSIGN(model.lineage.run_id, metadata_of(file, "run_id"));
  MARQUEE_ASSIGN(model.lineage.config_json, metadata_of(file, "config"));
  MARQUEE_ASSIGN(model.lineage.snapshot_json, metadata_of(file, "snapshot"));
  MARQUEE_ASSIGN(model.lineage.program, metadata_of(file, "program"));
  MARQUEE_ASSIGN(model.learned_json, metadata_of(file, "learned"));
  auto config = with_model_entries(Config{}, model.lineage.config_json);
  if (config) config = with_learned(std::move(*config), model.learned_json);
  if (!config)
    return fail(ErrorCode::kCorrupt, "the model's configuration: " + config.error().what,
                file.name(), "train and deploy the model again");
  model.options = config->model;
  return {};
}

void read_tensors(TensorReader& in, ModelData& model) {
  model.user_ids = in.ids("user_ids");
  model.item_ids = in.ids("item_ids");
  const std::size_t users = model.user_count(), items = model.item_count();
  const auto item_shape = static_cast<std::int64_t>(items);
  model.ratings = in.sorted_sparse<float>("ratings", users, items);
  const auto rating_count = static_cast<std::int64_t>(model.ratings.columns.size());
  model.interest = in.finite("interest", {rating_count});
  model.item_item = in.sorted_sparse<float>("item_item", items, items);
  model.user_user = in.sorted_sparse<float>("user_user", users, users);
  model.latent_items = in.finite("latent.items", {-1, item_shape});
  const std::int64_t factors =
      items == 0 ? 0 : static_cast<std::int64_t>(model.latent_items.size() / items);
  model.latent_users = in.finite("latent.users", {static_cast<std::int64_t>(users), factors});
  model.popularity = in.finite("popularity", {item_shape});
  model.terms = in.texts("terms", -1);
  model.content = in.sorted_sparse<float>("content", items, model.terms.size());
  model.content_mean = in.finite("content.mean", {static_cast<std::int64_t>(model.terms.size())});
  model.content_prior = in.finite("content.prior", {item_shape});
  model.similar = in.sparse<float>("similar", items, items);
  model.titles = in.texts("titles", item_shape);
  model.genres = in.texts("genres", item_shape);
  model.years = in.array<std::int32_t>("years", {item_shape});
  model.popular_items = in.indices("popular.items", {item_shape}, 0, items);
  model.popular_scores = in.finite("popular.scores", {item_shape});
  const auto rows = static_cast<std::int64_t>(users);
  const std::int64_t width = model.options.precomputed_top_n;
  model.lists.width = static_cast<std::int32_t>(width);
  model.lists.items = in.indices("lists.items", {rows, width}, -1, items);
  model.lists.scores = in.finite("lists.scores", {rows, width});
  model.lists.parts = in.finite("lists.parts", {rows, width, kPartCount});
}

}  // namespace

Status write_model(const std::filesystem::path& path, const ModelData& model) {
  TensorList tensors;
  tensors.add("user_ids", model.user_ids);
  tensors.add("item_ids", model.item_ids);
  tensors.add("ratings", model.ratings);
  tensors.add("interest", model.interest);
  tensors.add("item_item", model.item_item);
  tensors.add("user_user", model.user_user);
  const auto rows = static_cast<std::int64_t>(model.user_count());
  const auto columns = static_cast<std::int64_t>(model.item_count());
  const auto factors = static_cast<std::int64_t>(model.factor_count());
  tensors.add("latent.users", model.latent_users, {rows, factors});
  tensors.add("latent.items", model.latent_items, {factors, columns});
  tensors.add("popularity", model.popularity);
  tensors.add("terms", model.terms);
  tensors.add("content", model.content);
  tensors.add("content.mean", model.content_mean);
  tensors.add("content.prior", model.content_prior);
  tensors.add("similar", model.similar);
  tensors.add("titles", model.titles);
  tensors.add("genres", model.genres);
  tensors.add("years", model.years);
  tensors.add("popular.items", model.popular_items);
  tensors.add("popular.scores", model.popular_scores);
  const std::int64_t width = model.lists.width;
  tensors.add("lists.items", model.lists.items, {rows, width});
  tensors.add("lists.scores", model.lists.scores, {rows, width});
  tensors.add("lists.parts", model.lists.parts, {rows, width, kPartCount});
  return write_tensor_file(path, tensors.span(),
                           {{"schema", std::to_string(kModelSchema)},
                            {"run_id", model.lineage.run_id},
                            {"config", model.lineage.config_json},
                            {"learned", model.learned_json},
                            {"snapshot", model.lineage.snapshot_json},
                            {"program", model.lineage.program}});
}

Result<LoadedModel> load_model(const std::filesystem::path& path) {
  MARQUEE_ASSIGN(auto file, TensorFile::load(path));
  auto model = std::make_shared<ModelData>();
  MARQUEE_TRY(read_header(*file, *model));
  TensorReader reader(file, "train and deploy the model again");
  read_tensors(reader, *model);
  MARQUEE_TRY(reader.status());
  LoadedModel loaded;
  loaded.version = "hybrid_model_" + model->lineage.run_id;
  loaded.checksum = file->checksum();
  loaded.size = file->size();
  loaded.data = std::move(model);
  return loaded;
}

}  // namespace marquee
