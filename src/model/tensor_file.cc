#include "model/tensor_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <bit>

#include "model/private_memory.h"
#include "model/tensor_header.h"

namespace marquee {
namespace {

constexpr std::uint64_t kLengthBytes = sizeof(std::uint64_t);

std::string_view text_of(const std::byte* bytes, std::uint64_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// The header's JSON within the file's bytes.
Result<std::string_view> header_text(const std::byte* bytes, std::uint64_t size,
                                     const std::string& file) {
  if (size == 0) return refuse_tensor_file("the file is empty", file);
  if (size < kLengthBytes)
    return refuse_tensor_file(
        fmt::format("the file is truncated: {} bytes cannot hold a header", size), file);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes, sizeof(length));
  if (length > kMaxTensorHeader)
    return refuse_tensor_file(
        fmt::format("the header is too long: {} bytes, at most {} are allowed", length,
                    kMaxTensorHeader),
        file);
  if (length > size - kLengthBytes)
    return refuse_tensor_file(
        fmt::format("the file is truncated: its header says {} bytes, {} are there", length,
                    size - kLengthBytes),
        file);
  if ((kLengthBytes + length) % kTensorAlignment != 0)
    return refuse_tensor_file(
        fmt::format("the tensors begin at byte {}, which is not aligned to {}",
                    kLengthBytes + length, kTensorAlignment),
        file);
  return text_of(bytes + kLengthBytes, length);
}

Status check_range(const TensorEntry& tensor, std::uint64_t room, const std::string& file) {
  const auto bytes = tensor_bytes(tensor.dtype, tensor.shape);
  if (!bytes)
    return refuse_tensor_file(fmt::format("the shape of tensor '{}' overflows", tensor.name), file);
  if (tensor.end < tensor.begin || tensor.end - tensor.begin != *bytes)
    return refuse_tensor_file(
        fmt::format("tensor '{}' has the byte range [{}, {}), but {} of shape [{}] takes {} bytes",
                    tensor.name, tensor.begin, tensor.end, name_of(tensor.dtype),
                    fmt::join(tensor.shape, ", "), *bytes),
        file);
  if (tensor.begin % size_of(tensor.dtype) != 0)
    return refuse_tensor_file(fmt::format("tensor '{}' begins at byte {}, which is not aligned",
                                          tensor.name, tensor.begin),
                              file);
  if (tensor.end > room)
    return refuse_tensor_file(
        fmt::format("tensor '{}' ends at byte {} of {}: the file is truncated or the tensor lies "
                    "outside it",
                    tensor.name, tensor.end, room),
        file);
  return {};
}

// The ranges must fill the file from the first byte after the header to the last, each byte once.
Status check_cover(std::vector<const TensorEntry*> tensors, std::uint64_t room,
                   const std::string& file) {
  std::ranges::sort(tensors, {}, [](const auto* t) { return std::pair(t->begin, t->end); });
  std::uint64_t position = 0;
  for (const TensorEntry* tensor : tensors) {
    if (tensor->begin < position)
      return refuse_tensor_file(
          fmt::format("tensor '{}' overlaps another before byte {}", tensor->name, position), file);
    if (tensor->begin > position)
      return refuse_tensor_file(fmt::format("there is a hole of {} bytes before tensor '{}'",
                                            tensor->begin - position, tensor->name),
                                file);
    position = tensor->end;
  }
  if (position != room)
    return refuse_tensor_file(
        fmt::format("{} bytes follow the last tensor that nothing names", room - position), file);
  return {};
}

Status check_layout(const std::vector<TensorEntry>& tensors, std::uint64_t room,
                    const std::string& file) {
  std::vector<const TensorEntry*> pointers;
  for (const TensorEntry& tensor : tensors) {
    MARQUEE_TRY(check_range(tensor, room, file));
    pointers.push_back(&tensor);
  }
  return check_cover(std::move(pointers), room, file);
}

// Digits of the whole file with the 16 at `position` counted as zeros.
std::string checksum_of(const std::byte* bytes, std::uint64_t size, std::uint64_t position) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                       &XXH3_freeState);
  const std::uint64_t after = position + kNoChecksum.size();
  XXH3_64bits_reset(state.get());
  XXH3_64bits_update(state.get(), bytes, position);
  XXH3_64bits_update(state.get(), kNoChecksum.data(), kNoChecksum.size());
  XXH3_64bits_update(state.get(), bytes + after, size - after);
  return fmt::format("{:016x}", XXH3_64bits_digest(state.get()));
}

Status check_checksum(const std::byte* bytes, std::uint64_t size, std::string_view json,
                      const TensorHeader& header, const std::string& file) {
  const auto stated = header.metadata.find(std::string(kChecksumKey));
  if (stated == header.metadata.end() || stated->second.size() != kNoChecksum.size())
    return refuse_tensor_file("it has no checksum (metadata 'xxh3', 16 hex digits)", file);
  const auto digits = find_checksum_digits(json, stated->second);
  if (!digits) return refuse_tensor_file("its checksum is not written plainly, once", file);
  const std::string found = checksum_of(bytes, size, kLengthBytes + *digits);
  if (found != stated->second)
    return refuse_tensor_file(
        fmt::format("the checksum is wrong: it says {}, its bytes give {}", stated->second, found),
        file);
  return {};
}

bool matches(const std::vector<std::int64_t>& found, std::span<const std::int64_t> wanted) {
  return std::ranges::equal(found, wanted,
                            [](auto have, auto want) { return want == -1 || have == want; });
}

}  // namespace

Result<std::shared_ptr<const TensorFile>> TensorFile::load(const std::filesystem::path& path) {
  MARQUEE_ASSIGN(PrivateMemory memory, read_privately(path));
  return open(std::move(memory.bytes), memory.size, path.string());
}

Result<std::shared_ptr<const TensorFile>> TensorFile::parse(std::vector<std::byte> bytes,
                                                            std::string name) {
  const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return open({owner, owner->data()}, owner->size(), std::move(name));
}

Result<std::shared_ptr<const TensorFile>> TensorFile::open(std::shared_ptr<const std::byte> memory,
                                                           std::uint64_t size, std::string name) {
  const std::byte* const bytes = memory.get();
  MARQUEE_ASSIGN(const std::string_view json, header_text(bytes, size, name));
  MARQUEE_ASSIGN(TensorHeader header, parse_tensor_header(json, name));
  const std::uint64_t start = kLengthBytes + json.size();
  MARQUEE_TRY(check_layout(header.tensors, size - start, name));
  MARQUEE_TRY(check_checksum(bytes, size, json, header, name));

  std::shared_ptr<TensorFile> file(new TensorFile);
  for (TensorEntry& entry : header.tensors)
    file->tensors_[std::move(entry.name)] = {
        .dtype = entry.dtype,
        .shape = std::move(entry.shape),
        .bytes = {bytes + start + entry.begin, entry.end - entry.begin}};
  file->checksum_ = header.metadata.extract(std::string(kChecksumKey)).mapped();
  file->metadata_ = std::move(header.metadata);
  file->name_ = std::move(name);
  file->memory_ = std::move(memory);
  file->size_ = size;
  return file;
}

Result<const TensorFile::Tensor*> TensorFile::find(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    return refuse_tensor_file(fmt::format("there is no tensor '{}'", name), name_);
  return &found->second;
}

Result<std::span<const std::byte>> TensorFile::checked(std::string_view name, Dtype dtype,
                                                       std::span<const std::int64_t> shape) const {
  MARQUEE_ASSIGN(const Tensor* tensor, find(name));
  if (tensor->dtype != dtype)
    return refuse_tensor_file(fmt::format("tensor '{}' has dtype {}, wanted is {}", name,
                                          name_of(tensor->dtype), name_of(dtype)),
                              name_);
  if (!matches(tensor->shape, shape))
    return refuse_tensor_file(
        fmt::format("tensor '{}' has shape [{}], wanted is [{}] (-1: any)", name,
                    fmt::join(tensor->shape, ", "), fmt::join(shape, ", ")),
        name_);
  return tensor->bytes;
}

}  // namespace marquee
