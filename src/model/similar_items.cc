#include "model/similar_items.h"

#include <algorithm>

#include "model/neighbors.h"
#include "model/parallel.h"
#include "model/sparse_builder.h"

namespace marquee {
namespace {

constexpr float kTrustedRaters = 20;

SparseRows crowd_neighbors(const Grades& grades, const ModelOptions& options) {
  return find_neighbors(grades.by_item, grades.by_user,
                        {.measure = Measure::kCosine,
                         .min_common = options.min_common_items,
                         .threshold = 0,
                         .keep = 4 * options.top_n_similar_movies,
                         .threads = thread_count(options.threads)});
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

// Leaves them in `entries`, whose memory may be that of all that was touched.
void take_best(std::vector<float>& sums, std::vector<std::int32_t>& touched, std::size_t own,
               std::size_t keep, std::vector<SparseEntry>& entries) {
  entries.clear();
  for (const std::int32_t j : touched) {
    const float value = std::exchange(sums[static_cast<std::size_t>(j)], 0.0f);
    if (static_cast<std::size_t>(j) != own) entries.push_back({j, std::min(value, 1.0f)});
  }
  touched.clear();
  keep_top(entries, keep, [](const SparseEntry& e) { return e.value; });
  std::ranges::sort(entries, [](const SparseEntry& a, const SparseEntry& b) {
    return a.value != b.value ? a.value > b.value : a.column < b.column;
  });
}

}  // namespace

SparseRows find_similar(const Grades& grades, const Content& content, const ModelOptions& options) {
  const SparseRows crowd = crowd_neighbors(grades, options);
  const SparseRows by_term = transpose(content.vectors, content.terms.size());
  const auto keep = static_cast<std::size_t>(options.top_n_similar_movies);
  std::vector<std::vector<SparseEntry>> found(grades.by_item.rows());
  for_each_row(found.size(), thread_count(options.threads), [&] {
    return [&, sums = std::vector<float>(found.size()),
            touched = std::vector<std::int32_t>(),
            entries = std::vector<SparseEntry>()](std::size_t i) mutable {
      const auto raters = static_cast<float>(grades.by_item.row(i).columns.size());
      const float trust = raters / (raters + kTrustedRaters);
      add_scaled(crowd.row(i), trust, sums, touched);
      const auto terms = content.vectors.row(i);
      for (std::size_t k = 0; k < terms.columns.size(); ++k)
        add_scaled(by_term.row(static_cast<std::size_t>(terms.columns[k])),
                   (1 - trust) * terms.values[k], sums, touched);
      take_best(sums, touched, i, keep, entries);
      found[i] = entries;
    };
  });
  return join_rows(found);
}

}  // namespace marquee
