#include "model/item_item.h"

#include <cblas.h>
#include <fmt/format.h>
#include <lapack.h>
#include <sys/sysinfo.h>

#include <cmath>

#include "model/neighbors.h"
#include "model/parallel.h"
#include "model/sparse_builder.h"

namespace marquee {
namespace {

std::size_t dense_limit(const ModelOptions& options) {
  if (options.dense_limit > 0) return static_cast<std::size_t>(options.dense_limit);
  struct sysinfo info{};
  ::sysinfo(&info);
  return static_cast<std::size_t>(info.totalram) * info.mem_unit / 4;
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

// Row i of XᵀX, columns up to i: one thread a row, so that sums are taken in one order whatever the
// threads.
Square gram(const InteractionMatrix& matrix, const ModelOptions& options) {
  Square g(matrix.item_count());
  for_each_row(g.size(), thread_count(options.threads), [&] {
    return [&](std::size_t i) {
      float* out = g.row(i);
      const auto raters = matrix.item(i);
      for (std::size_t k = 0; k < raters.columns.size(); ++k) {
        const float x = strength(raters.values[k], options);
        const auto other = matrix.user(static_cast<std::size_t>(raters.columns[k]));
        for (std::size_t j = 0; static_cast<std::size_t>(other.columns[j]) < i; ++j)
          out[other.columns[j]] += x * strength(other.values[j], options);
        out[i] += x * x;
      }
    };
  });
  return g;
}

// Inverts a symmetric positive definite matrix given by its row-major lower triangle, in place;
// fills both triangles. LAPACK counts columns first, so our lower triangle is its upper one.
Status invert(Square& a, int threads) {
  openblas_set_num_threads(threads);
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
SparseRows strongest_weights(Square& inverse, const ModelOptions& options) {
  const std::size_t n = inverse.size();
  std::vector<std::vector<SparseEntry>> targets(n);
  for_each_row(n, thread_count(options.threads), [&] {
    return [&, entries = std::vector<SparseEntry>()](std::size_t target) mutable {
      entries.clear();
      const float* row = inverse.row(target);
      for (std::size_t source = 0; source < n; ++source)
        if (source != target && row[source] != 0)
          entries.push_back({static_cast<std::int32_t>(source), -row[source] / row[target]});
      keep_top(entries, static_cast<std::size_t>(options.item_item_keep),
               [](const SparseEntry& e) { return std::abs(e.value); });
      std::ranges::sort(entries, {}, &SparseEntry::column);
      targets[target] = entries;
    };
  });
  return join_rows(targets);
}

}  // namespace

Result<ItemItemMethod> choose_item_item(const ModelOptions& options, std::size_t item_count) {
  const bool fits = item_count * item_count <= dense_limit(options) / sizeof(float);
  if (options.item_item == "cosine") return ItemItemMethod::kCosine;
  if (options.item_item == "auto") return fits ? ItemItemMethod::kEase : ItemItemMethod::kCosine;
  if (fits) return ItemItemMethod::kEase;
  return fail(
      ErrorCode::kUsage,
      fmt::format("ease over {} movies needs {} MiB, over model.dense_limit ({} MiB)", item_count,
                  item_count * item_count * sizeof(float) >> 20, dense_limit(options) >> 20),
      "model.item_item", "set model.item_item to auto or cosine, or raise model.dense_limit");
}

Result<SparseRows> fit_ease(const InteractionMatrix& matrix, const ModelOptions& options) {
  Square inverse = gram(matrix, options);
  for (std::size_t i = 0; i < inverse.size(); ++i)
    inverse.row(i)[i] += static_cast<float>(options.item_item_regularization);
  MARQUEE_TRY(invert(inverse, thread_count(options.threads)));
  return transpose(strongest_weights(inverse, options), matrix.item_count());
}

SparseRows fit_item_cosine(const InteractionMatrix& matrix, const ModelOptions& options) {
  const NeighborOptions wanted{.measure = Measure::kCosine,
                               .min_common = options.min_common_items,
                               .threshold = 0,
                               .keep = options.item_item_keep,
                               .threads = thread_count(options.threads)};
  const SparseRows by_item = strengths(matrix.by_item(), options);
  const SparseRows neighbors =
      find_neighbors(by_item, transpose(by_item, matrix.user_count()), wanted);
  return transpose(neighbors, matrix.item_count());
}

}  // namespace marquee
