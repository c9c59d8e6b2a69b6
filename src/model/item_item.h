// The item–item part: what an interaction with one movie says about every other.
#pragma once

#include "core/config.h"
#include "core/error.h"
#include "model/grades.h"
#include "model/pair_sums.h"

namespace marquee {

// Lets fit_ease take over sums of an earlier fit and leave its own for the next. Neither changes
// what is fitted.
struct PairBook {
  Array<std::int64_t> user_ids;  // of the grades' rows and columns
  Array<std::int64_t> item_ids;
  const PairSums* earlier = nullptr;  // null: everybody is counted
  bool keep = false;                  // fill `sums`

  // Filled by the fit.
  std::optional<PairSums> sums;    // absent where they are not kept, or do not fit into 32 bits
  std::optional<PairCount> count;  // absent until something was counted
};

// How many items take part in fit_ease.
std::size_t regressed_items(const SparseRows& by_item, const ModelOptions& options);

enum class ItemItemMethod { kEase, kCosine };

// The method the options ask for; "auto" is cosine where a matrix of `dense_limit` bytes has room
// for neither a hundred items nor all. kUsage when "ease" is asked for and has no more room.
Result<ItemItemMethod> choose_item_item(const SparseRows& by_item, const ModelOptions& options);

// Closed-form item–item regression (EASE: Steck, "Embarrassingly Shallow Autoencoders for Sparse
// Data", 2019) on grades, with dropout (EDLAE: Steck, "Autoencoders that don't overfit towards the
// Identity", 2020): with G = XᵀX, P = (G + p / (1 - p) · diag(G) + λI)⁻¹ and B_ij = -P_ij / P_jj,
// diag(B) = 0; p is `item_item_dropout`, λ `item_item_regularization`. Row j of the result holds
// the weights B_ji by which an interaction with j adds to item i; of each target item only the
// `item_item_keep` greatest by magnitude are kept. No weights have items that nobody rated, past
// 4,000 rated items those with fewer than 3 ratings, which teach next to nothing and are many, and
// where still more are left than squared fit in `dense_limit` bytes of floats (0: 3 GB, or a
// quarter of the memory where that is less), those with the fewest ratings: all with as many
// ratings are in or out together. Memory: regressed_items² floats, once; and half as many integers
// with a book that keeps. kUnfit when what is inverted is not positive definite in single precision
// (the ridge is too small for the data).
Result<SparseRows> fit_ease(const Grades& grades, const ModelOptions& options,
                            PairBook* book = nullptr);

// Cosine between the items' columns of grades, pairs with fewer than `min_common_items` common
// users left out, the `item_item_keep` greatest of each item kept. Sparse throughout: one row of
// counters a thread.
SparseRows fit_item_cosine(const Grades& grades, const ModelOptions& options);

}  // namespace marquee
