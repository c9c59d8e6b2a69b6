// pair_sums_bench MODEL: what it costs to count the pairs of items of everybody, and of the
// hundredth of the users who rated since the last night, on a model's ratings.
//
// Prints seconds, alternating, so that other work on the machine falls on both; and what keeping
// the sums costs: the file is written to and read from the folder for temporary files.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "model/grades.h"
#include "model/model_file.h"
#include "model/pair_sums_file.h"
#include "model/parallel.h"

namespace marquee {
namespace {

constexpr int kRounds = 5;
constexpr std::size_t kChangedOneIn = 100;

PairedUsers users_of(const ModelData& model) {
  const GradeScale scale(model.ratings.values.span(), model.options);
  const double unit = grade_unit(model.options);
  std::vector<float> grades;
  for (std::size_t u = 0; u < model.user_count(); ++u)
    scale.append(model.ratings.row(u).values, grades);
  std::vector<std::uint8_t> levels;
  for (const float grade : grades)
    levels.push_back(static_cast<std::uint8_t>(std::lround(grade / unit)));
  return {model.user_ids,
          model.item_ids,
          {model.ratings.offsets, model.ratings.columns, std::move(levels)}};
}

// One rating of every hundredth user is another one.
PairedUsers a_night_later(const PairedUsers& users) {
  std::vector<std::uint8_t> levels(users.levels.values.begin(), users.levels.values.end());
  for (std::size_t u = 0; u < users.user_ids.size(); u += kChangedOneIn) {
    auto& level = levels[static_cast<std::size_t>(users.levels.offsets[u])];
    level = static_cast<std::uint8_t>(level % kGradeLevels + 1);
  }
  return {users.user_ids,
          users.item_ids,
          {users.levels.offsets, users.levels.columns, std::move(levels)}};
}

template <typename Work>
double seconds_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return wall.count();
}

int run(const char* path) {
  const auto loaded = load_model(path);
  if (!loaded) {
    fmt::print(stderr, "{}\n", loaded.error().message());
    return 1;
  }
  const PairedUsers before = users_of(*loaded->data), now = a_night_later(before);
  const int threads = thread_count(0);
  PairTriangle triangle(before.item_count());
  sum_pairs(before, nullptr, threads,
            [&](std::size_t item, auto sums) { triangle.take(item, sums); });
  auto sums = std::move(triangle).finish();
  if (!sums) {
    fmt::print(stderr, "the sums do not fit into 32 bits\n");
    return 1;
  }
  const PairSums earlier{before, *sums};
  const auto file = std::filesystem::temp_directory_path() / "pair_sums_bench.safetensors";
  const auto ignore = [](std::size_t, auto) {};
  for (int round = 0; round < kRounds; ++round) {
    PairCount all, changed;
    all = sum_pairs(now, nullptr, threads, ignore);
    changed = sum_pairs(now, &earlier, threads, ignore);
    const double written = seconds_of([&] { (void)write_pair_sums(file, earlier, {}); });
    const double read = seconds_of([&] { (void)load_pair_sums(file); });
    fmt::print(
        "all {} users {:7.3f} s · {} of them {:7.3f} s, {:.1f} % of the time for {:.1f} % of the "
        "products · write {:.3f} s, read {:.3f} s, {} MB\n",
        all.users, all.seconds, changed.users_counted, changed.seconds,
        100 * changed.seconds / all.seconds, 100 * changed.products_counted / all.products, written,
        read, std::filesystem::file_size(file) / 1'000'000);
  }
  std::filesystem::remove(file);
  return 0;
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  if (argc == 2) return marquee::run(argv[1]);
  fmt::print(stderr, "Usage: pair_sums_bench MODEL\n");
  return 2;
}
