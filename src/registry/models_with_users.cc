#include "registry/models_with_users.h"

#include <algorithm>

#include "model/tensor_file.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".safetensors";

bool may_know(const Result<std::shared_ptr<const TensorFile>>& file,
              std::span<const UserId> users) {
  if (!file) return true;
  const std::int64_t any_length[] = {-1};
  const auto ids = (*file)->values<std::int64_t>("user_ids", any_length);
  return !ids || std::ranges::any_of(
                     users, [&](UserId user) { return std::ranges::binary_search(*ids, user); });
}

}  // namespace

std::vector<std::string> models_with(const ModelRegistry& registry, std::span<const UserId> users) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(registry.folder(), error))
    if (entry.path().extension() == kSuffix && may_know(TensorFile::load(entry.path()), users))
      found.push_back(entry.path().stem().string());
  std::ranges::sort(found, std::greater{});  // "production_…" comes before "hybrid_…"
  return found;
}

std::int64_t count_in_pair_sums(const ModelRegistry& registry, std::span<const UserId> users) {
  const auto file = TensorFile::load(registry.pair_sums_path());
  if (!file && file.error().code == ErrorCode::kNotFound) return 0;
  return std::ranges::count_if(users, [&](UserId user) { return may_know(file, {&user, 1}); });
}

Status forget_in_pair_sums(const ModelRegistry& registry, std::span<const UserId> users) {
  if (count_in_pair_sums(registry, users) == 0) return {};
  const fs::path path = registry.pair_sums_path();
  std::error_code error;
  fs::remove(path, error);
  if (error) return std::unexpected(os_error(error.value(), "cannot remove pair sums", path));
  return {};
}

Result<std::vector<std::string>> published_models_with(ObjectStore& store,
                                                       std::span<const UserId> users) {
  MARQUEE_ASSIGN(const auto objects, store.list("gold/models/"));
  std::vector<std::string> found;
  for (const ObjectInfo& object : objects) {
    if (!object.key.ends_with(kSuffix)) continue;
    MARQUEE_ASSIGN(const std::string bytes, store.get(object.key));
    const auto begin = reinterpret_cast<const std::byte*>(bytes.data());
    if (may_know(TensorFile::parse({begin, begin + bytes.size()}, object.key), users))
      found.push_back(object.key);
  }
  return found;
}

}  // namespace marquee
