// Everything a model is: the rating matrix, id maps, catalogue texts, every part's similarities,
// weights and precomputed lists, its configuration and lineage. Plain data; trained by
// HybridTrainer, kept by model_file, queried through Recommender.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config.h"
#include "core/rating.h"

namespace marquee {

// Immutable values with shared ownership: a vector that was moved in, or a view into a loaded file.
template <typename T>
class Array {
 public:
  using value_type = T;
  using const_iterator = const T*;

  Array() = default;
  Array(std::vector<T> values) {  // NOLINT: implicit on purpose
    auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    view_ = *owner;
    owner_ = std::move(owner);
  }
  Array(std::span<const T> view, std::shared_ptr<const void> owner)
      : view_(view), owner_(std::move(owner)) {}

  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  const T& operator[](std::size_t i) const { return view_[i]; }
  const T* begin() const { return view_.data(); }
  const T* end() const { return view_.data() + view_.size(); }
  std::span<const T> span() const { return view_; }

 private:
  std::span<const T> view_;
  std::shared_ptr<const void> owner_;
};

// A sparse matrix by rows (CSR): row r is columns/values [offsets[r], offsets[r+1]).
template <typename T>
struct SparseRowsOf {
  Array<std::int64_t> offsets;  // rows + 1
  Array<std::int32_t> columns;  // ascending within a row unless said otherwise
  Array<T> values;

  std::size_t rows() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  struct Row {
    std::span<const std::int32_t> columns;
    std::span<const T> values;
  };
  Row row(std::size_t r) const {
    const auto first = static_cast<std::size_t>(offsets[r]);
    const auto count = static_cast<std::size_t>(offsets[r + 1]) - first;
    return {columns.span().subspan(first, count), values.span().subspan(first, count)};
  }
};
using SparseRows = SparseRowsOf<float>;

// Texts, one after the other in one buffer; text i is bytes [offsets[i], offsets[i+1]).
struct TextPool {
  Array<std::int64_t> offsets;  // texts + 1
  Array<std::uint8_t> bytes;
  std::size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  std::string_view operator[](std::size_t i) const {
    return {reinterpret_cast<const char*>(bytes.begin()) + offsets[i],
            static_cast<std::size_t>(offsets[i + 1] - offsets[i])};
  }
};

// Precomputed top-n lists of all users, `width` entries each; shorter lists are padded with item
// -1.
struct TopLists {
  std::int32_t width = 0;
  Array<std::int32_t> items;  // users × width
  Array<float> scores;        // users × width
  Array<float> parts;         // users × width × kPartCount, weighted shares that sum to the score
};

// Where a model comes from. All of it decides the file's bytes; none of it is wall time.
struct Lineage {
  std::string run_id;         // "20260301_020000"; names and dates the model
  std::string config_json;    // model_entries_json of the training configuration
  std::string snapshot_json;  // what was read, or the data files' names and hashes
  std::string program;        // "marquee 0.1.0"
};

struct ModelData {
  // Rows and columns of everything below; ascending ids.
  Array<std::int64_t> user_ids;
  Array<std::int64_t> item_ids;

  SparseRows ratings;     // users × items, the rating as given
  Array<float> interest;  // of each rating: its grade, less where the user's tastes have moved on
  SparseRows item_item;   // items × items: row j holds what an interaction with j adds to each item
  SparseRows user_user;  // users × users: a user's neighbours and their similarity (own row absent)
  Array<float> latent_users;  // users × factors
  Array<float> latent_items;  // factors × items
  Array<float> popularity;    // items: log(1 + recent interest)
  SparseRows content;         // items × terms, TF–IDF, rows of unit length
  SparseRows
      similar;  // items × items: most similar first (columns not ascending), cosine of the tastes
  Array<float> content_mean;   // terms: the mean of content's rows
  Array<float> content_prior;  // items: what is expected of a movie from its terms alone

  TextPool
      terms;  // names of content's columns: "genre:Drama", "title:star", "decade:1990", "tag:noir"
  TextPool titles;            // items
  TextPool genres;            // items, pipe-separated
  Array<std::int32_t> years;  // items, 0 unknown

  Array<std::int32_t> popular_items;  // every item, by Bayesian average, best first
  Array<float> popular_scores;

  TopLists lists;
  // What it was trained with, nothing left open: what was asked for (lineage.config_json) with what
  // was learned (learned_json) over it.
  ModelOptions options;
  std::string learned_json = "{}";  // see settings_learning.h
  Lineage lineage;

  std::size_t user_count() const { return user_ids.size(); }
  std::size_t item_count() const { return item_ids.size(); }
  std::size_t factor_count() const {
    return user_ids.empty() ? 0 : latent_users.size() / user_ids.size();
  }
  // What user u's ratings say of u's taste, on the pattern of `ratings`.
  SparseRows::Row interest_of(std::size_t u) const {
    const auto first = static_cast<std::size_t>(ratings.offsets[u]);
    const auto row = ratings.row(u);
    return {row.columns, interest.span().subspan(first, row.columns.size())};
  }
};

}  // namespace marquee
