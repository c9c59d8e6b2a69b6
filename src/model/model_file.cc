#include "model/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "model/recommender.h"
#include "model/tensor_file.h"

namespace marquee {
namespace {

template <typename T>
std::span<const std::byte> bytes_of(const Array<T>& values) {
  return std::as_bytes(values.span());
}

// Collects the tensors of a model in the order in which they lie in the file.
class TensorList {
 public:
  template <typename T>
  void add(std::string name, const Array<T>& values, std::vector<std::int64_t> shape) {
    tensors_.push_back({std::move(name), dtype_of<T>(), std::move(shape), bytes_of(values)});
  }
  template <typename T>
  void add(std::string name, const Array<T>& values) {
    add(std::move(name), values, {static_cast<std::int64_t>(values.size())});
  }
  void add(const std::string& name, const SparseRows& rows) {
    add(name + ".offsets", rows.offsets);
    add(name + ".columns", rows.columns);
    add(name + ".values", rows.values);
  }
  void add(const std::string& name, const TextPool& texts) {
    add(name + ".offsets", texts.offsets);
    add(name + ".bytes", texts.bytes);
  }
  std::span<const TensorToWrite> span() const { return tensors_; }

 private:
  std::vector<TensorToWrite> tensors_;
};

// Reads tensors one after the other; the first failure is kept and everything after it is passed
// over.
class TensorReader {
 public:
  explicit TensorReader(std::shared_ptr<const TensorFile> file) : file_(std::move(file)) {}

  template <typename T>
  Array<T> array(const std::string& name, std::vector<std::int64_t> shape) {
    if (!status_) return {};
    auto values = file_->values<T>(name, shape);
    if (values) return Array<T>(*values, file_);
    status_ = std::unexpected(std::move(values.error()));
    return {};
  }

  // Ascending ids without repeats, all positive.
  Array<std::int64_t> ids(const std::string& name) {
    auto ids = array<std::int64_t>(name, {-1});
    for (std::size_t k = 0; status_ && k < ids.size(); ++k)
      if (ids[k] <= (k == 0 ? 0 : ids[k - 1]))
        refuse(name, fmt::format("id {} at {} is not greater than the one before it", ids[k], k));
    return ids;
  }

  SparseRows sparse(const std::string& name, std::size_t rows, std::size_t columns) {
    SparseRows result;
    result.offsets = offsets(name + ".offsets", rows);
    const std::int64_t count = status_ ? result.offsets[rows] : 0;
    result.columns = indices(name + ".columns", {count}, 0, columns);
    result.values = finite(name + ".values", {count});
    return result;
  }

  // The same with columns that ascend within each row, as look-ups by binary search need them.
  SparseRows sorted_sparse(const std::string& name, std::size_t rows, std::size_t columns) {
    SparseRows result = sparse(name, rows, columns);
    for (std::size_t r = 0; status_ && r < rows; ++r) {
      const auto row = result.row(r).columns;
      if (std::ranges::adjacent_find(row, std::greater_equal<>()) != row.end())
        refuse(name + ".columns", fmt::format("row {} does not ascend", r));
    }
    return result;
  }

  TextPool texts(const std::string& name, std::int64_t count) {
    TextPool pool;
    if (count < 0 && status_) {
      const auto found = file_->find(name + ".offsets");
      if (found && (*found)->shape.size() == 1) count = (*found)->shape[0] - 1;
      if (count < 0) count = 0;
    }
    pool.offsets = offsets(name + ".offsets", static_cast<std::size_t>(count));
    pool.bytes = array<std::uint8_t>(name + ".bytes",
                                     {status_ ? pool.offsets[static_cast<std::size_t>(count)] : 0});
    return pool;
  }

  // Indices in [least, limit).
  Array<std::int32_t> indices(const std::string& name, std::vector<std::int64_t> shape,
                              std::int32_t least, std::size_t limit) {
    auto values = array<std::int32_t>(name, std::move(shape));
    std::int64_t low = least, high = least;
    for (const std::int32_t value : values) {
      low = std::min<std::int64_t>(low, value);
      high = std::max<std::int64_t>(high, value);
    }
    if (status_ && !values.empty() && (low < least || high >= static_cast<std::int64_t>(limit)))
      refuse(name, fmt::format("an index lies outside [{}, {})", least, limit));
    return values;
  }

  Array<float> finite(const std::string& name, std::vector<std::int64_t> shape) {
    auto values = array<float>(name, std::move(shape));
    float sum = 0;  // 0 × anything but a finite number is NaN, and stays it
    for (const float value : values) sum += 0.0f * value;
    if (status_ && std::isnan(sum)) refuse(name, "a value is not finite");
    return values;
  }

  void refuse(const std::string& name, const std::string& why) {
    if (status_)
      status_ = fail(ErrorCode::kCorrupt, fmt::format("tensor '{}' is wrong: {}", name, why),
                     file_->name(), "train and deploy the model again");
  }
  Status status() const { return status_; }

 private:
  // Starts at 0, never falls, `count` + 1 long.
  Array<std::int64_t> offsets(const std::string& name, std::size_t count) {
    auto values = array<std::int64_t>(name, {static_cast<std::int64_t>(count) + 1});
    if (!status_) return values;
    if (values[0] != 0) refuse(name, "it does not start at 0");
    for (std::size_t k = 1; status_ && k < values.size(); ++k)
      if (values[k] < values[k - 1]) refuse(name, fmt::format("it falls at {}", k));
    return values;
  }

  std::shared_ptr<const TensorFile> file_;
  Status status_;
};

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
  model.ratings = in.sorted_sparse("ratings", users, items);
  const auto rating_count = static_cast<std::int64_t>(model.ratings.columns.size());
  model.interest = in.finite("interest", {rating_count});
  model.item_item = in.sorted_sparse("item_item", items, items);
  model.user_user = in.sorted_sparse("user_user", users, users);
  model.latent_items = in.finite("latent.items", {-1, item_shape});
  const std::int64_t factors =
      items == 0 ? 0 : static_cast<std::int64_t>(model.latent_items.size() / items);
  model.latent_users = in.finite("latent.users", {static_cast<std::int64_t>(users), factors});
  model.popularity = in.finite("popularity", {item_shape});
  model.terms = in.texts("terms", -1);
  model.content = in.sorted_sparse("content", items, model.terms.size());
  model.content_mean = in.finite("content.mean", {static_cast<std::int64_t>(model.terms.size())});
  model.content_prior = in.finite("content.prior", {item_shape});
  model.similar = in.sparse("similar", items, items);
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
  TensorReader reader(file);
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
