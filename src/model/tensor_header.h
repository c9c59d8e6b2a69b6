// The JSON header of a TensorFile, both ways. Internal to model/: use tensor_file.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "model/tensor_file.h"

namespace marquee {

inline constexpr std::uint64_t kMaxTensorHeader = 64 << 20;  // bytes of JSON
inline constexpr std::uint64_t kTensorAlignment = 64;        // where the tensors' bytes begin
inline constexpr std::string_view kChecksumKey = "xxh3";
inline constexpr std::string_view kNoChecksum = "0000000000000000";  // what its digits count as

struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::int64_t> shape;  // none negative
  std::uint64_t begin = 0;          // within the tensors' bytes
  std::uint64_t end = 0;
};

struct TensorHeader {
  std::map<std::string, std::string> metadata;
  std::vector<TensorEntry> tensors;
};

std::string_view name_of(Dtype dtype);  // "F32"
std::uint64_t size_of(Dtype dtype);     // bytes of one element

// Bytes that dtype and shape ask for; nothing when that number does not fit 64 bits.
std::optional<std::uint64_t> tensor_bytes(Dtype dtype, const std::vector<std::int64_t>& shape);

// Refuses (kCorrupt, `file` as the place) what is no JSON object of tensors: names or fields given
// twice, unknown fields or dtypes, fields that are missing or of another type, negative numbers.
Result<TensorHeader> parse_tensor_header(std::string_view json, const std::string& file);

// The header as text, tensors in their order, padded so that 8 bytes and it fill whole alignments.
// kInternal when a text is not UTF-8.
Result<std::string> format_tensor_header(const TensorHeader& header);

// Where the checksum's digits stand in the header's text; nothing when they do not stand there
// exactly once.
std::optional<std::size_t> find_checksum_digits(std::string_view json, std::string_view digits);

// A kCorrupt error about a model file.
std::unexpected<Error> refuse_tensor_file(const std::string& what, const std::string& file);

}  // namespace marquee
