// The model on disk: ModelData in a TensorFile. Schema version kModelSchema; every other version is
// refused.
#pragma once

#include <filesystem>
#include <memory>

#include "core/error.h"
#include "model/model_data.h"

namespace marquee {

inline constexpr int kModelSchema = 2;

Status write_model(const std::filesystem::path& path, const ModelData& model);

// A model as loaded, with what a registry and a server tell about it.
struct LoadedModel {
  std::shared_ptr<const ModelData> data;
  std::string version;   // "hybrid_model_20260301_020000" from the run id
  std::string checksum;  // 16 hex digits, of the whole file
  std::uint64_t size = 0;
};

// Refuses, each with its own message (kCorrupt), what TensorFile refuses, another schema version, a
// missing tensor, wrong dtype or shape, offsets that are not monotone, and ids or indices that
// point outside. The file's bytes are copied: it may be overwritten or truncated afterwards.
Result<LoadedModel> load_model(const std::filesystem::path& path);

}  // namespace marquee
