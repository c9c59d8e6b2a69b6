#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <set>

#include "core/durable_file.h"
#include "model/tensor_header.h"

namespace marquee {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

using TensorOrder = std::vector<const TensorToWrite*>;

Status check_arguments(std::span<const TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata) {
  if (metadata.contains(std::string(kChecksumKey)))
    return fail(ErrorCode::kInternal, "metadata 'xxh3' is the checksum's own");
  std::set<std::string_view> names{"__metadata__"};
  for (const TensorToWrite& tensor : tensors) {
    if (!names.insert(tensor.name).second)
      return fail(ErrorCode::kInternal, "tensor '" + tensor.name + "' is given twice or reserved");
    if (tensor_bytes(tensor.dtype, tensor.shape) != tensor.bytes.size())
      return fail(
          ErrorCode::kInternal,
          fmt::format("tensor '{}' has {} bytes, its dtype and shape ask for another number",
                      tensor.name, tensor.bytes.size()));
  }
  return {};
}

// By falling element size: each tensor then begins at a multiple of its own without a hole before
// it.
TensorOrder layout(std::span<const TensorToWrite> tensors) {
  TensorOrder order;
  for (const TensorToWrite& tensor : tensors) order.push_back(&tensor);
  std::ranges::stable_sort(order, std::greater{},
                           [](const TensorToWrite* tensor) { return size_of(tensor->dtype); });
  return order;
}

TensorHeader header_of(const TensorOrder& order, std::map<std::string, std::string> metadata) {
  TensorHeader header{.metadata = std::move(metadata), .tensors = {}};
  header.metadata[std::string(kChecksumKey)] = kNoChecksum;
  std::uint64_t position = 0;
  for (const TensorToWrite* tensor : order) {
    const std::uint64_t end = position + tensor->bytes.size();
    header.tensors.push_back({.name = tensor->name,
                              .dtype = tensor->dtype,
                              .shape = tensor->shape,
                              .begin = position,
                              .end = end});
    position = end;
  }
  return header;
}

std::string digits_of(std::string_view head, const TensorOrder& order) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                       &XXH3_freeState);
  XXH3_64bits_reset(state.get());
  XXH3_64bits_update(state.get(), head.data(), head.size());
  for (const TensorToWrite* tensor : order)
    XXH3_64bits_update(state.get(), tensor->bytes.data(), tensor->bytes.size());
  return fmt::format("{:016x}", XXH3_64bits_digest(state.get()));
}

}  // namespace

Status write_tensor_file(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata) {
  MARQUEE_TRY(check_arguments(tensors, metadata));
  const TensorOrder order = layout(tensors);
  MARQUEE_ASSIGN(const std::string json, format_tensor_header(header_of(order, metadata)));
  const auto digits = find_checksum_digits(json, kNoChecksum);
  if (!digits || json.size() > kMaxTensorHeader)
    return fail(ErrorCode::kInternal, "metadata cannot be kept in a model file", path.string());

  const std::uint64_t length = json.size();
  std::string head(reinterpret_cast<const char*>(&length), sizeof(length));
  head += json;
  head.replace(sizeof(length) + *digits, kNoChecksum.size(), digits_of(head, order));

  MARQUEE_ASSIGN(auto file, DurableFile::create(path));
  MARQUEE_TRY(file.append(std::as_bytes(std::span(head))));
  for (const TensorToWrite* tensor : order) MARQUEE_TRY(file.append(tensor->bytes));
  return file.commit();
}

}  // namespace marquee
