#include "registry/published_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "model/tensor_file.h"
#include "objects/put_new.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kPointer = "gold/models/production.json";
constexpr std::string_view kModelPrefix = "gold/models/";
constexpr std::string_view kSuffix = ".safetensors";
constexpr int kSchema = 1;

std::string to_json_text(const PublishedModel& model) {
  return json{{"schema", kSchema},          {"model", model.name},   {"key", model.key},
              {"checksum", model.checksum}, {"size", model.size},    {"time", model.time},
              {"reason", model.reason},     {"run_id", model.run_id}}
             .dump(2) +
         "\n";
}

Result<PublishedModel> from_json_text(const std::string& text, const std::string& where) try {
  const json value = json::parse(text);
  if (value.at("schema") != kSchema)
    return fail(ErrorCode::kCorrupt, "the pointer to the production model has another schema",
                where, "use the version of marquee that wrote it");
  return PublishedModel{.name = value.at("model"),
                        .key = value.at("key"),
                        .checksum = value.at("checksum"),
                        .size = value.at("size"),
                        .time = value.at("time"),
                        .reason = value.at("reason"),
                        .run_id = value.at("run_id")};
} catch (const json::exception& error) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("the pointer to the production model cannot be read: {}", error.what()),
              where, "deploy again: marquee deploy --run-id …");
}

Result<std::string> checksum_of(const std::string& bytes, const std::string& name) {
  const auto begin = reinterpret_cast<const std::byte*>(bytes.data());
  MARQUEE_ASSIGN(const auto file,
                 TensorFile::parse(std::vector<std::byte>(begin, begin + bytes.size()), name));
  return file->checksum();
}

bool lies_there(const fs::path& file, const std::string& checksum) {
  const auto present = TensorFile::load(file);
  return present && (*present)->checksum() == checksum;
}

}  // namespace

Result<PublishedModels::Pointer> PublishedModels::read_pointer() const {
  const auto object = store_.get_versioned(kPointer);
  if (!object && object.error().code == ErrorCode::kNotFound) return Pointer{};
  if (!object) return std::unexpected(object.error());
  MARQUEE_ASSIGN(PublishedModel model,
                 from_json_text(object->bytes, fmt::format("{} in {}", kPointer, store_.name())));
  return Pointer{std::move(model), object->version};
}

Result<std::optional<PublishedModel>> PublishedModels::production() const {
  MARQUEE_ASSIGN(Pointer pointer, read_pointer());
  return std::move(pointer.model);
}

Status PublishedModels::upload(const fs::path& file, const PublishedModel& model) {
  {
    MARQUEE_ASSIGN(const std::string bytes, read_file(file));
    MARQUEE_TRY(put_new(store_, model.key, bytes));
  }
  MARQUEE_ASSIGN(const std::string stored, store_.get(model.key));
  const auto checksum = checksum_of(stored, model.key);
  if (checksum == model.checksum) return {};
  return fail(ErrorCode::kCorrupt, "the store gives back other bytes than were uploaded",
              fmt::format("{} in {}", model.key, store_.name()),
              "remove that object and deploy again");
}

Result<PublishedModel> PublishedModels::publish(const fs::path& file, PublishedModel model) {
  MARQUEE_ASSIGN(const Pointer before, read_pointer());
  if (before.model && before.model->checksum == model.checksum) return *before.model;
  model.key = fmt::format("gold/models/{}-{}.safetensors", model.name, model.checksum);
  MARQUEE_TRY(upload(file, model));
  const auto moved = store_.put_if(kPointer, to_json_text(model), before.version);
  if (moved) return model;
  Error error = moved.error();
  if (error.code == ErrorCode::kConflict) {
    error.what = "somebody else put a model into production at the same time";
    error.mend = "look at it (marquee models list), then deploy again";
  }
  return std::unexpected(std::move(error));
}

Result<bool> PublishedModels::fetch(const PublishedModel& model, const fs::path& file) const {
  if (lies_there(file, model.checksum)) return false;
  const fs::path incoming = file.parent_path() / "download.tmp";
  {
    MARQUEE_ASSIGN(const std::string bytes, store_.get(model.key));
    MARQUEE_TRY(make_folders(file.parent_path()));
    MARQUEE_TRY(write_file_durably(incoming, bytes));
  }
  if (lies_there(incoming, model.checksum)) {
    MARQUEE_TRY(rename_durably(incoming, file));
    return true;
  }
  std::error_code ignored;
  fs::remove(incoming, ignored);
  return fail(ErrorCode::kCorrupt, "the downloaded model is not the one that was published",
              fmt::format("{} in {}", model.key, store_.name()),
              "deploy it again; the present model stays");
}

Result<std::vector<std::string>> PublishedModels::prune(std::size_t keep) {
  MARQUEE_ASSIGN(const Pointer pointer, read_pointer());
  MARQUEE_ASSIGN(auto objects, store_.list(kModelPrefix));
  std::erase_if(objects, [](const ObjectInfo& object) { return !object.key.ends_with(kSuffix); });
  std::ranges::sort(objects, std::ranges::greater(), &ObjectInfo::key);
  std::vector<std::string> removed;
  for (std::size_t k = keep; k < objects.size(); ++k) {
    if (pointer.model && pointer.model->key == objects[k].key) continue;
    MARQUEE_TRY(store_.remove(objects[k].key));
    removed.push_back(objects[k].key);
  }
  return removed;
}

}  // namespace marquee
