// PairSums on disk, a TensorFile: <data-dir>/models/pair_sums.safetensors. See
// docs/formats/pair_sums.md.
#pragma once

#include <filesystem>

#include "core/error.h"
#include "model/model_data.h"
#include "model/pair_sums.h"

namespace marquee {

inline constexpr int kPairSumsSchema = 2;

// Replaces the file, or leaves it as it was. `lineage`: of the training that counted.
Status write_pair_sums(const std::filesystem::path& path, const PairSums& sums,
                       const Lineage& lineage);

struct KeptPairSums {
  PairSums sums;
  std::string run_id;  // of the training that left them
};

// kNotFound without a file; kCorrupt for what TensorFile refuses, another schema, a missing tensor,
// wrong dtype or shape, ids that do not ascend, indices that point outside, or levels out of range.
Result<KeptPairSums> load_pair_sums(const std::filesystem::path& path);

}  // namespace marquee
