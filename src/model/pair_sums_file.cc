#include "model/pair_sums_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "model/grades.h"
#include "model/tensor_values.h"

namespace marquee {
namespace {

constexpr const char* kKind = "pair sums";
constexpr const char* kRemedy = "remove it; the next training counts everybody";

Result<std::string> run_id_in(const TensorFile& file) {
  const auto field = [&](const char* key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::string() : found->second;
  };
  if (field("kind") == kKind && field("schema") == std::to_string(kPairSumsSchema))
    return field("run_id");
  return fail(
      ErrorCode::kCorrupt,
      fmt::format("it is of kind '{}', schema '{}'; this program reads kind '{}', schema '{}'",
                  field("kind"), field("schema"), kKind, kPairSumsSchema),
      file.name(), kRemedy);
}

}  // namespace

Status write_pair_sums(const std::filesystem::path& path, const PairSums& sums,
                       const Lineage& lineage) {
  TensorList tensors;
  tensors.add("user_ids", sums.users.user_ids);
  tensors.add("item_ids", sums.users.item_ids);
  tensors.add("levels", sums.users.levels);
  tensors.add("sums", sums.sums);
  return write_tensor_file(path, tensors.span(),
                           {{"kind", kKind},
                            {"schema", std::to_string(kPairSumsSchema)},
                            {"run_id", lineage.run_id},
                            {"config", lineage.config_json},
                            {"snapshot", lineage.snapshot_json},
                            {"program", lineage.program}});
}

Result<KeptPairSums> load_pair_sums(const std::filesystem::path& path) {
  MARQUEE_ASSIGN(auto file, TensorFile::load(path));
  KeptPairSums kept;
  MARQUEE_ASSIGN(kept.run_id, run_id_in(*file));
  TensorReader in(file, kRemedy);
  PairedUsers& users = kept.sums.users;
  users.user_ids = in.ids("user_ids");
  users.item_ids = in.ids("item_ids");
  users.levels =
      in.sorted_sparse<std::int8_t>("levels", users.user_ids.size(), users.item_ids.size());
  if (std::ranges::any_of(users.levels.values,
                          [](auto level) { return std::abs(level) > kGradeLevels; }))
    in.refuse("levels.values", fmt::format("a level is over {}", kGradeLevels));
  kept.sums.sums = in.array<std::int32_t>(
      "sums", {static_cast<std::int64_t>(triangle_size(users.item_ids.size()))});
  MARQUEE_TRY(in.status());
  return kept;
}

}  // namespace marquee
