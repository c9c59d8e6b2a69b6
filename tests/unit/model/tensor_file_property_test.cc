// Whatever tensors and texts are written, reading gives them back.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "model/tensor_file.h"

namespace marquee {
namespace {

struct Wanted {
  Dtype dtype = Dtype::kU8;
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> bytes;
};

std::uint64_t element_size(Dtype dtype) {
  if (dtype == Dtype::kU8 || dtype == Dtype::kI8) return 1;
  return dtype == Dtype::kI64 || dtype == Dtype::kF64 ? 8 : 4;
}

Wanted any_tensor() {
  Wanted wanted;
  wanted.dtype =
      *rc::gen::element(Dtype::kU8, Dtype::kI8, Dtype::kI32, Dtype::kI64, Dtype::kF32, Dtype::kF64);
  const auto rank = *rc::gen::inRange<std::size_t>(0, 4);
  wanted.shape =
      *rc::gen::container<std::vector<std::int64_t>>(rank, rc::gen::inRange<std::int64_t>(0, 6));
  std::uint64_t size = element_size(wanted.dtype);
  for (const std::int64_t dimension : wanted.shape) size *= static_cast<std::uint64_t>(dimension);
  wanted.bytes =
      *rc::gen::container<std::vector<std::uint8_t>>(size, rc::gen::arbitrary<std::uint8_t>());
  return wanted;
}

// Printable text with everything that JSON must escape.
rc::Gen<std::string> any_text() {
  return rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::inRange<char>(0, 127), rc::gen::element('"', '\\', '\n', '{', '}', ':', ' ')));
}

RC_GTEST_PROP(TensorFileProperty, ReadingGivesBackWhatWasWritten, ()) {
  std::map<std::string, Wanted> wanted;
  for (const std::string& name : *rc::gen::container<std::vector<std::string>>(any_text()))
    if (name != "__metadata__") wanted[name] = any_tensor();
  auto metadata = *rc::gen::container<std::map<std::string, std::string>>(any_text(), any_text());
  metadata.erase("xxh3");

  std::vector<TensorToWrite> tensors;
  for (const auto& [name, tensor] : wanted)
    tensors.push_back({name, tensor.dtype, tensor.shape, std::as_bytes(std::span(tensor.bytes))});
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     ("tensor_file_property." + std::to_string(::getpid()));
  const Status status = write_tensor_file(path, tensors, metadata);
  RC_ASSERT(status.has_value());
  const auto file = TensorFile::load(path);
  std::filesystem::remove(path);

  RC_ASSERT(file.has_value());
  RC_ASSERT((*file)->metadata() == metadata);
  for (const auto& [name, tensor] : wanted) {
    const auto found = (*file)->find(name);
    RC_ASSERT(found.has_value());
    RC_ASSERT((*found)->dtype == tensor.dtype);
    RC_ASSERT((*found)->shape == tensor.shape);
    RC_ASSERT(std::ranges::equal((*found)->bytes, std::as_bytes(std::span(tensor.bytes))));
    RC_ASSERT(
        reinterpret_cast<std::uintptr_t>((*found)->bytes.data()) % element_size(tensor.dtype) == 0);
  }
}

}  // namespace
}  // namespace marquee
