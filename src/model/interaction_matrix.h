// model/ turns ratings into a recommender. It is given resolved ratings and a catalogue; it hands
// on ModelData: three parts (user–user, item–item, content), precomputed lists and everything
// needed to answer from one file.
//
// This header is the one to read first: the sparse user × item matrix that every part is fitted on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/config.h"
#include "core/error.h"
#include "core/rating.h"
#include "model/model_data.h"

namespace marquee {

// Users × items, sparse, by rows (CSR) and by columns (CSC). Immutable and thread-safe.
class InteractionMatrix {
 public:
  // `ratings` in any order; of several for one (user, movie) pair the one with the greatest time
  // counts, and among equal times the one that stands last in the span. Items are all movies of
  // `catalogue` and of `ratings`; users are those of `ratings`. Both are numbered by ascending id.
  // Fails with kUnfit when an id is not positive, a value is not finite, or there are more than
  // 2^31 - 1 users or items.
  static Result<InteractionMatrix> build(std::span<const Rating> ratings,
                                         std::span<const Movie> catalogue);

  std::size_t user_count() const { return user_ids_.size(); }
  std::size_t item_count() const { return item_ids_.size(); }
  std::size_t rating_count() const { return rows_.columns.size(); }

  const Array<std::int64_t>& user_ids() const { return user_ids_; }
  const Array<std::int64_t>& item_ids() const { return item_ids_; }

  const SparseRows& by_user() const { return rows_; }        // users × items, the ratings
  const Array<TimeMicros>& times() const { return times_; }  // of the ratings of by_user()
  const SparseRows& by_item() const { return columns_; }     // items × users, the same ratings
  SparseRows::Row user(std::size_t u) const { return rows_.row(u); }
  SparseRows::Row item(std::size_t i) const { return columns_.row(i); }

 private:
  Array<std::int64_t> user_ids_;
  Array<std::int64_t> item_ids_;
  SparseRows rows_;
  SparseRows columns_;
  Array<TimeMicros> times_;
};

// The position of `id` in ascending `ids`.
std::optional<std::int32_t> find_id(std::span<const std::int64_t> ids, std::int64_t id);

// rows × columns → columns × rows; columns of the result ascend within its rows. T: float or
// std::uint8_t.
template <typename T>
SparseRowsOf<T> transpose(const SparseRowsOf<T>& rows, std::size_t column_count);

}  // namespace marquee
