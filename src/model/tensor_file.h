// A safetensors file with a checksum: an 8-byte little-endian header length, a JSON header that
// names dtype, shape and byte range of each tensor plus a string-to-string map "__metadata__", then
// the tensors' bytes. Readable by every safetensors library; never executes anything. Beyond the
// plain format we demand: the tensors' bytes begin at a multiple of 64 (the header is padded with
// blanks), each tensor at a multiple of its element's size, and metadata "xxh3" = XXH3-64 of the
// whole file with the 16 hex digits themselves counted as '0' characters, so that a flipped bit
// anywhere is found. See docs/formats/model.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace marquee {

enum class Dtype { kU8, kI8, kI32, kI64, kF32, kF64 };

template <typename T>
constexpr Dtype dtype_of();
template <>
constexpr Dtype dtype_of<std::uint8_t>() {
  return Dtype::kU8;
}
template <>
constexpr Dtype dtype_of<std::int8_t>() {
  return Dtype::kI8;
}
template <>
constexpr Dtype dtype_of<std::int32_t>() {
  return Dtype::kI32;
}
template <>
constexpr Dtype dtype_of<std::int64_t>() {
  return Dtype::kI64;
}
template <>
constexpr Dtype dtype_of<float>() {
  return Dtype::kF32;
}
template <>
constexpr Dtype dtype_of<double>() {
  return Dtype::kF64;
}

// What is written: name, dtype, shape and the caller's bytes (not copied; must stay until write
// returns).
struct TensorToWrite {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

// Writes beside, fsyncs, renames, fsyncs the folder. Bytes depend on nothing but the arguments:
// tensors are laid out by falling element size and within one size in the order given (so that all
// are aligned without a hole, which the format forbids), metadata keys sorted. kInternal when a
// name is given twice, bytes do not fit dtype and shape, a text is not UTF-8, or metadata holds
// "xxh3".
Status write_tensor_file(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata);

// A checked file held in private memory: whatever happens to the file afterwards changes nothing
// here. Immutable and thread-safe; the spans it gives live as long as it does.
class TensorFile {
 public:
  // Refuses with kCorrupt, each with its own message: empty; shorter than its header or tensors say
  // (truncated); longer than they say; header over 64 MiB; header no valid JSON object; duplicate
  // names; unknown dtype or field; negative or overflowing shape; byte range that does not match
  // dtype and shape, lies outside, overlaps another, leaves a hole, or is not aligned; missing or
  // wrong checksum. kNotFound when there is no file.
  static Result<std::shared_ptr<const TensorFile>> load(const std::filesystem::path& path);
  // The same over bytes in memory (tests, fuzzing); `name` stands for the path in errors.
  static Result<std::shared_ptr<const TensorFile>> parse(std::vector<std::byte> bytes,
                                                         std::string name);

  const std::map<std::string, std::string>& metadata() const {
    return metadata_;
  }  // without "xxh3"
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }               // bytes of the whole file
  const std::string& checksum() const { return checksum_; }  // 16 hex digits

  struct Tensor {
    Dtype dtype = Dtype::kF32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
  };
  // kCorrupt when there is no tensor of this name.
  Result<const Tensor*> find(std::string_view name) const;

  // The tensor as values; kCorrupt (with wanted and found) on a missing name, another dtype or
  // another shape. A dimension given as -1 may be anything.
  template <typename T>
  Result<std::span<const T>> values(std::string_view name,
                                    std::span<const std::int64_t> shape) const {
    MARQUEE_ASSIGN(const std::span<const std::byte> bytes, checked(name, dtype_of<T>(), shape));
    return std::span<const T>(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
  }

 private:
  TensorFile() = default;
  static Result<std::shared_ptr<const TensorFile>> open(std::shared_ptr<const std::byte> memory,
                                                        std::uint64_t size, std::string name);
  Result<std::span<const std::byte>> checked(std::string_view name, Dtype dtype,
                                             std::span<const std::int64_t> shape) const;
  std::string name_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Tensor, std::less<>> tensors_;
  std::string checksum_;
  std::shared_ptr<const std::byte> memory_;
  std::uint64_t size_ = 0;
};

}  // namespace marquee
