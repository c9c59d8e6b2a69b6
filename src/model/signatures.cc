#include "model/signatures.h"

#include <bit>

namespace marquee {
namespace {

// Sums wrap and commute: the order of neighbours does not matter.
std::vector<std::uint64_t> refined(const SparseRows& rows,
                                   const std::vector<std::uint64_t>& neighbours) {
  std::vector<std::uint64_t> result(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const auto row = rows.row(r);
    std::uint64_t sum = row.columns.size();
    for (std::size_t k = 0; k < row.columns.size(); ++k)
      sum += mixed(neighbours[static_cast<std::size_t>(row.columns[k])] +
                   std::bit_cast<std::uint32_t>(row.values[k]));
    result[r] = mixed(sum);
  }
  return result;
}

}  // namespace

Signatures signatures_of(const InteractionMatrix& matrix) {
  Signatures signatures{std::vector<std::uint64_t>(matrix.user_count()),
                        std::vector<std::uint64_t>(matrix.item_count())};
  constexpr int kRounds = 2;
  for (int round = 0; round < kRounds; ++round) {
    signatures.users = refined(matrix.by_user(), signatures.items);
    signatures.items = refined(matrix.by_item(), signatures.users);
  }
  return signatures;
}

}  // namespace marquee
