// lists_bench MODEL: what the precomputed lists of all users cost, by blocks and one user at a
// time.
//
// Prints wall and CPU seconds of all threads, alternating, so that other work on the machine falls
// on both.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>

#include "model/model_file.h"
#include "model/parallel.h"
#include "model/scorer.h"

namespace marquee {
namespace {

constexpr int kRounds = 5;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t one_user_at_a_time(const ModelData& model) {
  const auto width = static_cast<std::size_t>(model.options.precomputed_top_n);
  std::vector<std::size_t> lengths(model.user_count());
  for_each_row(model.user_count(), thread_count(model.options.threads), [&] {
    return [&, scorer = Scorer(model)](std::size_t u) mutable {
      scorer.score(u);
      lengths[u] = scorer.best(width).size();
    };
  });
  return lengths.size();
}

template <typename Work>
void measure(const char* name, Work work) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  const std::size_t users = work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  fmt::print("{:20} {:8} users {:8.3f} s {:8.3f} s CPU\n", name, users, wall.count(),
             cpu_seconds() - cpu);
}

int run(const char* path) {
  const auto loaded = load_model(path);
  if (!loaded) {
    fmt::print(stderr, "{}\n", loaded.error().message());
    return 1;
  }
  const ModelData& model = *loaded->data;
  for (int round = 0; round < kRounds; ++round) {
    measure("by blocks", [&] {
      const TopLists lists = precompute_lists(model);
      return lists.items.size() / static_cast<std::size_t>(lists.width);
    });
    measure("one user at a time", [&] { return one_user_at_a_time(model); });
  }
  return 0;
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  if (argc == 2) return marquee::run(argv[1]);
  fmt::print(stderr, "Usage: lists_bench MODEL\n");
  return 2;
}
