#include "model/latent.h"

#include <cblas.h>
#include <fmt/format.h>
#include <lapack.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "model/parallel.h"

namespace marquee {
namespace {

// Rows of factors, one after the other.
struct Factors {
  std::size_t rows = 0;
  std::size_t rank = 0;
  std::vector<float> values;
  float* row(std::size_t r) { return values.data() + r * rank; }
  const float* row(std::size_t r) const { return values.data() + r * rank; }
};

// First values: uniform around 0, from what an item is and not from its number.
Factors first_factors(const std::vector<std::uint64_t>& signatures, std::size_t rank) {
  Factors factors{signatures.size(), rank, std::vector<float>(signatures.size() * rank)};
  const double scale = 0.1 / std::sqrt(static_cast<double>(rank));
  for (std::size_t r = 0; r < factors.rows; ++r)
    for (std::size_t k = 0; k < rank; ++k) {
      const std::uint64_t draw = mixed(signatures[r] + k);
      factors.row(r)[k] =
          static_cast<float>((static_cast<double>(draw >> 11) * 0x1p-52 - 1) * scale);
    }
  return factors;
}

// Solves the least squares of one row at a time; owned by one thread. Matrices are symmetric with
// only one triangle in use: our rows are LAPACK's columns.
class RowSolver {
 public:
  RowSolver(const Factors& fixed, const std::vector<float>& gram, double confidence)
      : fixed_(fixed),
        gram_(gram),
        confidence_(static_cast<float>(confidence)),
        matrix_(fixed.rank * fixed.rank) {}

  // False when the system is not positive definite.
  bool solve(SparseRows::Row own, float* out) {
    const std::size_t rank = fixed_.rank;
    std::fill_n(out, rank, 0.0f);
    if (own.columns.empty()) return true;
    gathered_.resize(own.columns.size() * rank);
    for (std::size_t k = 0; k < own.columns.size(); ++k) {
      const float weight = confidence_ * std::abs(own.values[k]);
      const float root = std::sqrt(weight);
      const float* factors = fixed_.row(static_cast<std::size_t>(own.columns[k]));
      float* scaled = gathered_.data() + k * rank;
      // A grade below 0 is a surer 0 than that of a movie that nobody knows of.
      const float wanted = own.values[k] > 0 ? 1 + weight : 0;
      for (std::size_t f = 0; f < rank; ++f) {
        scaled[f] = root * factors[f];
        out[f] += wanted * factors[f];
      }
    }
    matrix_ = gram_;
    cblas_ssyrk(CblasColMajor, CblasLower, CblasNoTrans, static_cast<int>(rank),
                static_cast<int>(own.columns.size()), 1, gathered_.data(), static_cast<int>(rank),
                1, matrix_.data(), static_cast<int>(rank));
    const char lower = 'L';
    const auto n = static_cast<lapack_int>(rank);
    const lapack_int one = 1;
    lapack_int info = 0;
    LAPACK_sposv(&lower, &n, &one, matrix_.data(), &n, out, &n, &info);
    return info == 0;
  }

 private:
  const Factors& fixed_;
  const std::vector<float>& gram_;
  float confidence_;
  std::vector<float> matrix_;
  std::vector<float> gathered_;
};

// FᵀF + λI. Too little work to wait for other threads.
std::vector<float> gram_of(const Factors& factors, double ridge) {
  const auto rank = static_cast<int>(factors.rank);
  std::vector<float> gram(factors.rank * factors.rank);
  cblas_ssyrk(CblasColMajor, CblasLower, CblasNoTrans, rank, static_cast<int>(factors.rows), 1,
              factors.values.data(), rank, 0, gram.data(), rank);
  for (std::size_t f = 0; f < factors.rank; ++f)
    gram[f * factors.rank + f] += static_cast<float>(ridge);
  return gram;
}

Status solve_all(const SparseRows& grades, const Factors& fixed, Factors& wanted,
                 const ModelOptions& options) {
  openblas_set_num_threads(1);  // a row is small: threads work side by side on rows
  const auto gram = gram_of(fixed, options.latent_regularization);
  std::atomic<bool> solved{true};
  for_each_row(wanted.rows, thread_count(options.threads), [&] {
    return [&, solver = RowSolver(fixed, gram, options.latent_confidence)](std::size_t r) mutable {
      if (!solver.solve(grades.row(r), wanted.row(r))) solved = false;
    };
  });
  if (solved) return {};
  return fail(ErrorCode::kUnfit, "the latent part's equations are not positive definite",
              fmt::format("model.latent_regularization {}", options.latent_regularization),
              "raise model.latent_regularization, or set model.latent_share to 0");
}

std::vector<float> transposed(const Factors& factors) {
  std::vector<float> result(factors.values.size());
  for (std::size_t r = 0; r < factors.rows; ++r)
    for (std::size_t f = 0; f < factors.rank; ++f) result[f * factors.rows + r] = factors.row(r)[f];
  return result;
}

// Factors that lie one after the other for all rows, as rows.
Factors by_row(std::span<const float> values, std::size_t rows) {
  Factors factors{rows, rows == 0 ? 0 : values.size() / rows, std::vector<float>(values.size())};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t f = 0; f < factors.rank; ++f) factors.row(r)[f] = values[f * rows + r];
  return factors;
}

}  // namespace

struct LatentFoldIn::State {
  Factors items;
  std::vector<float> gram;
  double confidence;
};

LatentFoldIn::LatentFoldIn(std::span<const float> items, std::size_t item_count,
                           const ModelOptions& options) {
  Factors factors = by_row(items, item_count);
  auto gram = gram_of(factors, options.latent_regularization);
  state_.reset(new State{std::move(factors), std::move(gram), options.latent_confidence});
}

LatentFoldIn::~LatentFoldIn() = default;

std::vector<float> LatentFoldIn::solve(SparseRows::Row grades) const {
  std::vector<float> factors(state_->items.rank);
  RowSolver solver(state_->items, state_->gram, state_->confidence);
  if (!solver.solve(grades, factors.data())) std::ranges::fill(factors, 0.0f);
  return factors;
}

Result<LatentFactors> fit_latent(const Grades& grades, const Signatures& signatures,
                                 const ModelOptions& options) {
  const auto rank = static_cast<std::size_t>(options.latent_factors);
  Factors items = first_factors(signatures.items, rank);
  Factors users{grades.by_user.rows(), rank, std::vector<float>(grades.by_user.rows() * rank)};
  for (std::int64_t round = 0; round < options.latent_iterations; ++round) {
    MARQUEE_TRY(solve_all(grades.by_user, items, users, options));
    MARQUEE_TRY(solve_all(grades.by_item, users, items, options));
  }
  MARQUEE_TRY(solve_all(grades.by_user, items, users, options));
  return LatentFactors{std::move(users.values), transposed(items)};
}

}  // namespace marquee
