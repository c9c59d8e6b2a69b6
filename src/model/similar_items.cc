#include "model/similar_items.h"

#include <algorithm>

#include "model/neighbors.h"
#include "model/parallel.h"
#include "model/sparse_builder.h"

namespace marquee {
namespace {

constexpr float kTrustedRaters = 20;
constexpr std::size_t kLookedUp = 5000;  // movies of one term
constexpr std::size_t kCompared = 4;     // by all terms, for each that is kept

SparseRows crowd_neighbors(const Grades& grades, const ModelOptions& options) {
  return find_neighbors(grades.by_item, grades.by_user,
                        {.measure = Measure::kCosine,
                         .min_common = options.min_common_items,
                         .threshold = 0,
                         .keep = 4 * options.top_n_similar_movies,
                         .threads = thread_count(options.threads)});
}

// Terms × movies, of each term the best known kLookedUp.
SparseRows best_known_by_term(const Content& content, const SparseRows& by_item) {
  const SparseRows all = transpose(content.vectors, content.terms.size());
  const auto raters = [&](const SparseEntry& e) {
    return static_cast<float>(by_item.row(static_cast<std::size_t>(e.column)).columns.size());
  };
  std::vector<std::vector<SparseEntry>> rows(all.rows());
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const auto row = all.row(t);
    for (std::size_t k = 0; k < row.columns.size(); ++k)
      rows[t].push_back({row.columns[k], row.values[k]});
    keep_top(rows[t], kLookedUp, raters);
    std::ranges::sort(rows[t], {}, &SparseEntry::column);
  }
  return join_rows(rows);
}

// Of rows with ascending columns.
float dot(SparseRows::Row a, SparseRows::Row b) {
  float sum = 0;
  for (std::size_t i = 0, j = 0; i < a.columns.size() && j < b.columns.size();) {
    if (a.columns[i] == b.columns[j]) sum += a.values[i] * b.values[j];
    const bool step_a = a.columns[i] <= b.columns[j], step_b = b.columns[j] <= a.columns[i];
    i += step_a;
    j += step_b;
  }
  return sum;
}

float value_at(SparseRows::Row row, std::int32_t column) {
  const auto found = std::ranges::lower_bound(row.columns, column);
  if (found == row.columns.end() || *found != column) return 0;
  return row.values[static_cast<std::size_t>(found - row.columns.begin())];
}

void add_scaled(SparseRows::Row row, float scale, std::vector<float>& sums,
                std::vector<std::int32_t>& touched) {
  for (std::size_t k = 0; k < row.columns.size(); ++k) {
    const float value = scale * row.values[k];
    if (value <= 0) continue;
    float& sum = sums[static_cast<std::size_t>(row.columns[k])];
    if (sum == 0) touched.push_back(row.columns[k]);
    sum += value;
  }
}

// The `keep` greatest, greatest first, ties by lower column.
void order(std::vector<SparseEntry>& entries, std::size_t keep) {
  keep_top(entries, keep, [](const SparseEntry& e) { return e.value; });
  std::ranges::sort(entries, [](const SparseEntry& a, const SparseEntry& b) {
    return a.value != b.value ? a.value > b.value : a.column < b.column;
  });
}

// Leaves them in `entries`, whose memory may be that of all that was touched.
void take_best(std::vector<float>& sums, std::vector<std::int32_t>& touched, std::size_t own,
               std::size_t keep, std::vector<SparseEntry>& entries) {
  entries.clear();
  for (const std::int32_t j : touched) {
    const float value = std::exchange(sums[static_cast<std::size_t>(j)], 0.0f);
    if (static_cast<std::size_t>(j) != own) entries.push_back({j, std::min(value, 1.0f)});
  }
  touched.clear();
  order(entries, keep);
}

}  // namespace

SparseRows find_similar(const Grades& grades, const Content& content, const ModelOptions& options) {
  const SparseRows crowd = crowd_neighbors(grades, options);
  const SparseRows by_term = best_known_by_term(content, grades.by_item);
  const bool all_looked_up = by_term.columns.size() == content.vectors.columns.size();
  const auto keep = static_cast<std::size_t>(options.top_n_similar_movies);
  std::vector<std::vector<SparseEntry>> found(grades.by_item.rows());
  for_each_row(found.size(), thread_count(options.threads), [&] {
    return [&, sums = std::vector<float>(found.size()), touched = std::vector<std::int32_t>(),
            entries = std::vector<SparseEntry>()](std::size_t i) mutable {
      const auto raters = static_cast<float>(grades.by_item.row(i).columns.size());
      const float trust = raters / (raters + kTrustedRaters);
      add_scaled(crowd.row(i), trust, sums, touched);
      const auto terms = content.vectors.row(i);
      for (std::size_t k = 0; k < terms.columns.size(); ++k)
        add_scaled(by_term.row(static_cast<std::size_t>(terms.columns[k])),
                   (1 - trust) * terms.values[k], sums, touched);
      take_best(sums, touched, i, all_looked_up ? keep : kCompared * keep, entries);
      if (!all_looked_up) {
        for (SparseEntry& e : entries) {
          const auto other = content.vectors.row(static_cast<std::size_t>(e.column));
          e.value = std::min(
              1.0f, trust * value_at(crowd.row(i), e.column) + (1 - trust) * dot(terms, other));
        }
        order(entries, keep);
      }
      found[i] = entries;
    };
  });
  return join_rows(found);
}

}  // namespace marquee
