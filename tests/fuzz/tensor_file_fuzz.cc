// Any bytes: TensorFile refuses them with words, or gives tensors that lie within them.
// The input is taken as a file as it is, and as a header and a body (parted by a line's end) that
// are sealed first, since no fuzzer guesses a checksum.
#include "model/tensor_file.h"
#include "tests/unit/model/sealed_file.h"

namespace marquee {
namespace {

void must(bool promise) {
  if (!promise) std::abort();
}

void read_all(const TensorFile& file) {
  for (const auto& [key, value] : file.metadata()) must(key != "xxh3");
  must(file.checksum().size() == 16);
  must(!file.find("no such tensor"));
  for (const char* name : {"a", "ids", "scores", "letters"}) {
    const auto tensor = file.find(name);
    if (!tensor) continue;
    unsigned sum = 0;
    for (const std::byte byte : (*tensor)->bytes) sum += static_cast<unsigned>(byte);
    [[maybe_unused]] static volatile unsigned sink;
    sink = sum;
    const auto floats = file.values<float>(name, (*tensor)->shape);
    must(floats.has_value() == ((*tensor)->dtype == Dtype::kF32));
  }
}

void parse(const std::string& bytes) {
  const auto file = TensorFile::parse(bytes_of(bytes), "input");
  if (file)
    read_all(**file);
  else
    must(file.error().code == ErrorCode::kCorrupt && !file.error().what.empty());
}

}  // namespace
}  // namespace marquee

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  marquee::parse(input);
  const std::size_t end = std::min(input.find('\n'), input.size());
  marquee::parse(marquee::sealed(input.substr(0, end), input.substr(std::min(end + 1, size))));
  return 0;
}
