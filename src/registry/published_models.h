// Models in an object store, so that one machine trains and another serves: what the batch deploys
// is uploaded under gold/models/, and a pointer says which one is in production. See
// docs/formats/registry.md.
//
//   gold/models/hybrid_model_YYYYMMDD_HHMMSS-<checksum>.safetensors   never written twice
//   gold/models/production.json                                       replaced by conditional puts
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/rating.h"
#include "objects/object_store.h"

namespace marquee {

// What production.json says.
struct PublishedModel {
  std::string name;      // "hybrid_model_20260301_020000"
  std::string key;       // of the model's object
  std::string checksum;  // 16 hex digits, of the model file's content
  std::uint64_t size = 0;
  TimeMicros time = 0;  // when it was put into production
  std::string reason;
  std::string run_id;

  friend bool operator==(const PublishedModel&, const PublishedModel&) = default;
};

// Thread-safe. The store must outlive it.
class PublishedModels {
 public:
  explicit PublishedModels(ObjectStore& store) : store_(store) {}

  // nullopt when none was ever published; kCorrupt when the pointer cannot be understood.
  Result<std::optional<PublishedModel>> production() const;

  // Uploads the file, reads it back and compares its checksum, then moves the pointer. Until the
  // last step production is what it was. A file that is there already is not sent again; a model
  // that is in production already changes nothing. `model.key` is chosen here. kConflict when
  // somebody else moved the pointer meanwhile; kCorrupt when the store gives back other bytes.
  Result<PublishedModel> publish(const std::filesystem::path& file, PublishedModel model);

  // Makes `file` the published model: downloads to a file beside it, checks that, renames. A file
  // that has the checksum already is left alone (false). On failure the file is as it was.
  Result<bool> fetch(const PublishedModel& model, const std::filesystem::path& file) const;

  // Removes all but the newest `keep` models (by name), never the one in production. Gives their
  // keys.
  Result<std::vector<std::string>> prune(std::size_t keep);

 private:
  struct Pointer {
    std::optional<PublishedModel> model;
    std::string version;  // of the pointer's object; empty: there is none
  };
  Result<Pointer> read_pointer() const;
  Status upload(const std::filesystem::path& file, const PublishedModel& model);

  ObjectStore& store_;
};

}  // namespace marquee
