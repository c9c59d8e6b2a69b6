#include "model/item_item.h"

#include <cblas.h>
#include <fmt/format.h>
#include <lapack.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/neighbors.h"
#include "model/parallel.h"
#include "model/sparse_builder.h"

namespace marquee {
namespace {

std::size_t dense_limit(const ModelOptions& options) {
  constexpr std::size_t kWorthTheTime = 3'000'000'000;  // 27,386 items: 20 TFLOP
  if (options.dense_limit > 0) return static_cast<std::size_t>(options.dense_limit);
  struct sysinfo info{};
  ::sysinfo(&info);
  return std::min(kWorthTheTime, static_cast<std::size_t>(info.totalram) * info.mem_unit / 4);
}

// How many items a matrix has room for.
std::size_t room_for_items(const ModelOptions& options) {
  return static_cast<std::size_t>(
      std::sqrt(static_cast<double>(dense_limit(options) / sizeof(float))));
}

// A square row-major matrix of floats.
class Square {
 public:
  explicit Square(std::size_t n) : n_(n), values_(n * n) {}
  float* row(std::size_t i) { return values_.data() + i * n_; }
  float* data() { return values_.data(); }
  std::size_t size() const { return n_; }

 private:
  std::size_t n_;
  std::vector<float> values_;
};

// Numbers of ratings of the items that would take part if there were room, falling.
std::vector<std::size_t> ratings_of_items(const SparseRows& by_item) {
  constexpr std::size_t kManyItems = 4000, kFewRatings = 3;
  std::vector<std::size_t> counts;
  for (std::size_t i = 0; i < by_item.rows(); ++i)
    if (const std::size_t count = by_item.row(i).columns.size(); count > 0) counts.push_back(count);
  if (counts.size() > kManyItems)
    std::erase_if(counts, [](std::size_t count) { return count < kFewRatings; });
  std::ranges::sort(counts, std::greater{});
  return counts;
}

// From how many ratings on an item takes part.
std::size_t fewest_ratings(const SparseRows& by_item, const ModelOptions& options) {
  const std::vector<std::size_t> counts = ratings_of_items(by_item);
  const std::size_t room = room_for_items(options);
  if (counts.size() > room) return counts[room] + 1;
  return counts.empty() ? 1 : counts.back();
}

// The items that take part, by index, and the place of each item among them (-1: none). The others'
// rows of G + λI count as the ridge alone, and they weigh nothing.
struct RatedItems {
  std::vector<std::int32_t> items;
  std::vector<std::int32_t> place_of;
};

RatedItems rated_items(const SparseRows& by_item, const ModelOptions& options) {
  const std::size_t fewest = fewest_ratings(by_item, options);
  RatedItems rated{{}, std::vector<std::int32_t>(by_item.rows(), -1)};
  for (std::size_t i = 0; i < by_item.rows(); ++i) {
    if (by_item.row(i).columns.size() < fewest) continue;
    rated.place_of[i] = static_cast<std::int32_t>(rated.items.size());
    rated.items.push_back(static_cast<std::int32_t>(i));
  }
  return rated;
}

Array<std::int64_t> ids_of(std::span<const std::int64_t> ids,
                           std::span<const std::int32_t> places) {
  std::vector<std::int64_t> found;
  found.reserve(places.size());
  for (const std::int32_t place : places) found.push_back(ids[static_cast<std::size_t>(place)]);
  return found;
}

// The grades over the rated items, as levels.
LevelRows levels_of(const SparseRows& grades, const RatedItems& rated, double unit) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<std::int8_t> levels;
  columns.reserve(grades.columns.size());
  levels.reserve(grades.columns.size());
  for (std::size_t u = 0; u < grades.rows(); ++u) {
    const auto row = grades.row(u);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const auto place = rated.place_of[static_cast<std::size_t>(row.columns[k])];
      if (place < 0) continue;
      columns.push_back(place);
      levels.push_back(static_cast<std::int8_t>(std::lround(row.values[k] / unit)));
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {std::move(offsets), std::move(columns), std::move(levels)};
}

// The lower triangle of XᵀX over the rated items.
Square gram(const Grades& grades, const RatedItems& rated, const ModelOptions& options,
            PairBook& book) {
  const double unit = grade_unit(options);
  PairedUsers users{book.user_ids, {}, levels_of(grades.by_user, rated, unit)};
  users.item_ids = ids_of(book.item_ids.span(), rated.items);
  Square g(rated.items.size());
  std::optional<PairTriangle> kept;
  if (book.keep) kept.emplace(g.size());
  book.count = sum_pairs(users, book.earlier, thread_count(options.threads),
                         [&](std::size_t item, std::span<const std::int64_t> sums) {
                           std::ranges::transform(sums, g.row(item), [&](std::int64_t sum) {
                             return static_cast<float>(unit * unit * static_cast<double>(sum));
                           });
                           if (kept) kept->take(item, sums);
                         });
  if (!kept) return g;
  if (auto sums = std::move(*kept).finish()) book.sums = PairSums{std::move(users), *sums};
  return g;
}

// Inverts a symmetric positive definite matrix given by its row-major lower triangle, in place;
// fills both triangles. LAPACK counts columns first, so our lower triangle is its upper one.
Status invert(Square& a, int threads) {
  // Threads on a small matrix mostly wait for one another, for very long on a busy machine.
  constexpr std::size_t kWorthThreads = 2000;
  openblas_set_num_threads(a.size() < kWorthThreads ? 1 : threads);
  const char upper = 'U';
  const auto n = static_cast<lapack_int>(a.size());
  lapack_int info = 0;
  LAPACK_spotrf(&upper, &n, a.data(), &n, &info);
  if (info == 0) LAPACK_spotri(&upper, &n, a.data(), &n, &info);
  if (info != 0)
    return fail(ErrorCode::kUnfit, "the item–item matrix is not positive definite",
                fmt::format("order {}", info),
                "raise model.item_item_regularization, or set model.item_item to cosine");
  constexpr std::size_t kTile = 64;
  for (std::size_t bi = 0; bi < a.size(); bi += kTile)
    for (std::size_t bj = 0; bj <= bi; bj += kTile)
      for (std::size_t i = bi; i < std::min(bi + kTile, a.size()); ++i)
        for (std::size_t j = bj; j < std::min(bj + kTile, i); ++j) a.row(j)[i] = a.row(i)[j];
  return {};
}

// The strongest weights onto each target, as targets × sources.
SparseRows strongest_weights(Square& inverse, const RatedItems& rated,
                             const ModelOptions& options) {
  const std::size_t n = inverse.size();
  std::vector<std::vector<SparseEntry>> targets(rated.place_of.size());
  for_each_row(n, thread_count(options.threads), [&] {
    return [&, entries = std::vector<SparseEntry>()](std::size_t target) mutable {
      entries.clear();
      const float* row = inverse.row(target);
      for (std::size_t source = 0; source < n; ++source)
        if (source != target && row[source] != 0)
          entries.push_back({rated.items[source], -row[source] / row[target]});
      keep_top(entries, static_cast<std::size_t>(options.item_item_keep),
               [](const SparseEntry& e) { return std::abs(e.value); });
      std::ranges::sort(entries, {}, &SparseEntry::column);
      targets[static_cast<std::size_t>(rated.items[target])] = entries;
    };
  });
  return join_rows(targets);
}

}  // namespace

std::size_t regressed_items(const SparseRows& by_item, const ModelOptions& options) {
  const std::size_t fewest = fewest_ratings(by_item, options);
  std::size_t count = 0;
  for (std::size_t i = 0; i < by_item.rows(); ++i) count += by_item.row(i).columns.size() >= fewest;
  return count;
}

Result<ItemItemMethod> choose_item_item(const SparseRows& by_item, const ModelOptions& options) {
  constexpr std::size_t kWorthRegressing = 100;
  if (options.item_item == "cosine") return ItemItemMethod::kCosine;
  const std::size_t room = room_for_items(options);
  if (room >= std::min(kWorthRegressing, ratings_of_items(by_item).size()))
    return ItemItemMethod::kEase;
  if (options.item_item == "auto") return ItemItemMethod::kCosine;
  return fail(ErrorCode::kUsage,
              fmt::format("model.dense_limit ({} bytes) has room for {} movies in ease",
                          dense_limit(options), room),
              "model.item_item",
              "raise model.dense_limit, or set model.item_item to auto or cosine");
}

Result<SparseRows> fit_ease(const Grades& grades, const ModelOptions& options, PairBook* book) {
  const RatedItems rated = rated_items(grades.by_item, options);
  PairBook unkept;
  if (book == nullptr) {
    std::vector<std::int64_t> names(rated.place_of.size());
    std::iota(names.begin(), names.end(), std::int64_t{0});
    unkept.item_ids = std::move(names);
    book = &unkept;
  }
  Square inverse = gram(grades, rated, options, *book);
  const double diagonal = 1 / (1 - options.item_item_dropout);
  for (std::size_t i = 0; i < inverse.size(); ++i) {
    float& own = inverse.row(i)[i];
    own = static_cast<float>(diagonal * own + options.item_item_regularization);
  }
  MARQUEE_TRY(invert(inverse, thread_count(options.threads)));
  return transpose(strongest_weights(inverse, rated, options), rated.place_of.size());
}

SparseRows fit_item_cosine(const Grades& grades, const ModelOptions& options) {
  const NeighborOptions wanted{.measure = Measure::kCosine,
                               .min_common = options.min_common_items,
                               .threshold = 0,
                               .keep = options.item_item_keep,
                               .threads = thread_count(options.threads)};
  return transpose(find_neighbors(grades.by_item, grades.by_user, wanted), grades.by_item.rows());
}

}  // namespace marquee
