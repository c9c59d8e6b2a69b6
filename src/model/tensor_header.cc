#include "model/tensor_header.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

namespace marquee {
namespace {

constexpr std::string_view kMetadata = "__metadata__";

struct DtypeName {
  Dtype dtype;
  std::string_view name;
  std::uint64_t size;
};
constexpr std::array<DtypeName, 6> kDtypes = {{{Dtype::kU8, "U8", 1},
                                               {Dtype::kI8, "I8", 1},
                                               {Dtype::kI32, "I32", 4},
                                               {Dtype::kI64, "I64", 8},
                                               {Dtype::kF32, "F32", 4},
                                               {Dtype::kF64, "F64", 8}}};

const DtypeName& row_of(Dtype dtype) {
  return *std::ranges::find(kDtypes, dtype, &DtypeName::dtype);
}

// Receives the header token by token, so that nothing is accepted which a tree of values would
// hide: a name given twice, a number that is not whole. The first refusal ends the parse.
class HeaderReader {
 public:
  const std::string& problem() const { return problem_; }
  TensorHeader take() { return std::move(header_); }

  bool null() { return wrong_value("null"); }
  bool boolean(bool) { return wrong_value("a truth value"); }
  bool number_float(double, const std::string& text) { return wrong_value(text); }
  bool binary(std::vector<std::uint8_t>&) { return wrong_value("binary data"); }

  bool number_integer(std::int64_t value) {
    return refuse(
        fmt::format("tensor '{}' has a negative number {} in its {}", name_, value, field_));
  }

  bool number_unsigned(std::uint64_t value) {
    if (place_ == Place::kShape) return add_dimension(value);
    if (place_ != Place::kOffsets) return wrong_value(std::to_string(value));
    offsets_.push_back(value);
    return true;
  }

  bool string(std::string& value) {
    if (place_ == Place::kMetadata) {
      header_.metadata[field_] = std::move(value);
      return true;
    }
    if (place_ == Place::kTensor && field_ == "dtype") return set_dtype(value);
    return wrong_value("the text '" + value + "'");
  }

  bool start_object(std::size_t) {
    if (place_ == Place::kBefore) return go(Place::kTop);
    if (place_ != Place::kTop) return wrong_value("an object");
    if (name_ == kMetadata) return go(Place::kMetadata);
    entry_ = {};
    entry_.name = name_;
    offsets_.clear();
    fields_.clear();
    return go(Place::kTensor);
  }

  bool key(std::string& key) {
    if (place_ == Place::kTop) return begin_name(key);
    field_ = key;
    if (place_ == Place::kMetadata)
      return !header_.metadata.contains(key) || refuse("metadata '" + key + "' is given twice");
    return begin_field();
  }

  bool end_object() {
    if (place_ == Place::kTensor) return end_tensor();
    return go(place_ == Place::kMetadata ? Place::kTop : Place::kBefore);
  }

  bool start_array(std::size_t) {
    if (place_ == Place::kTensor && field_ == "shape") return go(Place::kShape);
    if (place_ == Place::kTensor && field_ == "data_offsets") return go(Place::kOffsets);
    return wrong_value("an array");
  }

  bool end_array() { return go(Place::kTensor); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    return refuse(fmt::format("the header is not valid JSON at byte {}", position));
  }

 private:
  enum class Place { kBefore, kTop, kMetadata, kTensor, kShape, kOffsets };

  bool go(Place place) {
    place_ = place;
    return true;
  }

  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool wrong_value(const std::string& value) {
    switch (place_) {
      case Place::kBefore:
        return refuse("the header is not a JSON object");
      case Place::kTop:
        return refuse("'" + name_ + "' is " + value + ", not an object");
      case Place::kMetadata:
        return refuse("metadata '" + field_ + "' is " + value + ", not a text");
      default:
        return refuse(fmt::format("tensor '{}' has {} in its {}", name_, value, field_));
    }
  }

  bool begin_name(const std::string& name) {
    name_ = name;
    return names_.insert(name).second || refuse("the name '" + name + "' is given twice");
  }

  bool begin_field() {
    if (field_ != "dtype" && field_ != "shape" && field_ != "data_offsets")
      return refuse(fmt::format("tensor '{}' has an unknown field '{}'", name_, field_));
    return fields_.insert(field_).second ||
           refuse(fmt::format("tensor '{}' has the field '{}' twice", name_, field_));
  }

  bool set_dtype(const std::string& text) {
    const auto* const row = std::ranges::find(kDtypes, text, &DtypeName::name);
    if (row == kDtypes.end())
      return refuse(fmt::format("tensor '{}' has the unknown dtype '{}'", name_, text));
    entry_.dtype = row->dtype;
    return true;
  }

  bool add_dimension(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return refuse(fmt::format("the shape of tensor '{}' overflows", name_));
    entry_.shape.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool end_tensor() {
    if (fields_.size() != 3)
      return refuse(fmt::format("tensor '{}' lacks one of dtype, shape, data_offsets", name_));
    if (offsets_.size() != 2)
      return refuse(fmt::format("tensor '{}' has {} data_offsets, not 2", name_, offsets_.size()));
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    header_.tensors.push_back(std::move(entry_));
    return go(Place::kTop);
  }

  TensorHeader header_;
  Place place_ = Place::kBefore;
  std::string name_;   // of the top-level entry being read
  std::string field_;  // of the tensor or metadata being read
  std::set<std::string> names_;
  std::set<std::string> fields_;
  TensorEntry entry_;
  std::vector<std::uint64_t> offsets_;
  std::string problem_;
};

nlohmann::ordered_json json_of(const TensorHeader& header) {
  nlohmann::ordered_json json;
  json[kMetadata] = header.metadata;
  for (const TensorEntry& tensor : header.tensors)
    json[tensor.name] = {{"dtype", name_of(tensor.dtype)},
                         {"shape", tensor.shape},
                         {"data_offsets", {tensor.begin, tensor.end}}};
  return json;
}

}  // namespace

std::string_view name_of(Dtype dtype) {
  return row_of(dtype).name;
}

std::uint64_t size_of(Dtype dtype) {
  return row_of(dtype).size;
}

std::optional<std::uint64_t> tensor_bytes(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = size_of(dtype);
  for (const std::int64_t dimension : shape)
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(dimension), &bytes)) return {};
  return bytes;
}

Result<TensorHeader> parse_tensor_header(std::string_view json, const std::string& file) {
  if (!json.starts_with('{'))  // a byte order mark or blanks would pass the parser
    return refuse_tensor_file("the header is not a JSON object", file);
  HeaderReader reader;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
    return refuse_tensor_file(reader.problem(), file);
  return reader.take();
}

Result<std::string> format_tensor_header(const TensorHeader& header) {
  std::string text;
  try {
    text = json_of(header).dump();
  } catch (const nlohmann::json::exception& e) {
    return fail(ErrorCode::kInternal, std::string("cannot write a tensor header: ") + e.what());
  }
  const std::uint64_t unaligned = (sizeof(std::uint64_t) + text.size()) % kTensorAlignment;
  if (unaligned != 0) text.append(kTensorAlignment - unaligned, ' ');
  return text;
}

std::optional<std::size_t> find_checksum_digits(std::string_view json, std::string_view digits) {
  // Quotes inside a JSON text are escaped, so this can only be a key and the text that follows it.
  const std::string before = fmt::format("\"{}\":\"", kChecksumKey);
  const std::size_t found = json.find(before);
  if (found == json.npos || json.find(before, found + 1) != json.npos) return {};
  if (!json.substr(found + before.size()).starts_with(digits)) return {};
  return found + before.size();
}

std::unexpected<Error> refuse_tensor_file(const std::string& what, const std::string& file) {
  return fail(ErrorCode::kCorrupt, "not a usable model file: " + what, file,
              "copy the file again, or train a new model");
}

}  // namespace marquee
