// Any bytes as a model file: they are refused, or every question to the model has an answer. The
// checksum is mended first, since random changes would never get past it.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "model/model_file.h"
#include "model/recommender.h"

namespace marquee {
namespace {

constexpr std::string_view kKey = "\"xxh3\":\"";
constexpr std::size_t kDigits = 16;

void seal(std::string& file) {
  const auto key = file.find(kKey);
  if (key == std::string::npos || file.size() < key + kKey.size() + kDigits) return;
  const auto digits = key + kKey.size();
  file.replace(digits, kDigits, kDigits, '0');
  file.replace(digits, kDigits, fmt::format("{:016x}", XXH3_64bits(file.data(), file.size())));
}

// A file in memory, and the path under which load_model can open it.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("model", 0)) {
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      std::abort();
  }
  ~MemoryFile() { ::close(descriptor_); }
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

void ask_everything(const LoadedModel& model) {
  const Recommender recommender(model.data);
  const auto& users = model.data->user_ids;
  const UserId known = users.empty() ? 1 : users[0];
  for (const UserId user : {known, UserId{-5}})
    for (const int n : {1, 20, 1000})
      for (const auto& recommendation : recommender.recommend(user, n)) {
        recommender.explain(user, recommendation);
        recommender.similar(recommendation.movie, n);
        recommender.genres(recommendation.movie);
      }
  recommender.summary(known);
}

}  // namespace
}  // namespace marquee

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string file(reinterpret_cast<const char*>(data), size);
  marquee::seal(file);
  const marquee::MemoryFile memory(file);
  if (const auto model = marquee::load_model(memory.path())) marquee::ask_everything(*model);
  return 0;
}
