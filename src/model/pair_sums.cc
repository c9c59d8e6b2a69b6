#include "model/pair_sums.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "model/interaction_matrix.h"
#include "model/parallel.h"

namespace marquee {
namespace {

constexpr std::int32_t kGone = -1;

// Users × items with its transpose: what it takes to count row by row of the triangle.
struct CountedRows {
  LevelRows by_user;
  LevelRows by_item;
  CountedRows(LevelRows rows, std::size_t items)
      : by_user(std::move(rows)), by_item(transpose(by_user, items)) {}
};

template <bool kTakeOff>
void count_row(const CountedRows& rows, std::size_t item, std::span<std::int64_t> sums) {
  const auto place = static_cast<std::int32_t>(item);
  const auto raters = rows.by_item.row(item);
  for (std::size_t k = 0; k < raters.columns.size(); ++k) {
    const std::int64_t level = raters.values[k];
    const auto other = rows.by_user.row(static_cast<std::size_t>(raters.columns[k]));
    for (std::size_t j = 0;; ++j) {  // to the item itself, which stands in its raters' rows
      const std::int64_t product = level * other.values[j];
      auto& sum = sums[static_cast<std::size_t>(other.columns[j])];
      sum = kTakeOff ? sum - product : sum + product;
      if (other.columns[j] == place) break;
    }
  }
}

// Pairs in the lower triangle of one user's row.
double products_of(std::size_t items) {
  return 0.5 * static_cast<double>(items) * static_cast<double>(items + 1);
}

double products_of(const LevelRows& rows) {
  double sum = 0;
  for (std::size_t r = 0; r < rows.rows(); ++r) sum += products_of(rows.row(r).columns.size());
  return sum;
}

// Rows one after the other.
class RowList {
 public:
  void add(std::span<const std::int32_t> columns, std::span<const std::int8_t> levels) {
    columns_.insert(columns_.end(), columns.begin(), columns.end());
    levels_.insert(levels_.end(), levels.begin(), levels.end());
    offsets_.push_back(static_cast<std::int64_t>(columns_.size()));
  }
  LevelRows finish() && { return {std::move(offsets_), std::move(columns_), std::move(levels_)}; }

 private:
  std::vector<std::int64_t> offsets_{0};
  std::vector<std::int32_t> columns_;
  std::vector<std::int8_t> levels_;
};

// The place of each of `ids` among `others`, kGone where it is not there; both ascend.
std::vector<std::int32_t> places_among(std::span<const std::int64_t> ids,
                                       std::span<const std::int64_t> others) {
  std::vector<std::int32_t> places(ids.size(), kGone);
  std::size_t place = 0;
  for (std::size_t k = 0; k < ids.size(); ++k) {
    while (place < others.size() && others[place] < ids[k]) ++place;
    if (place < others.size() && others[place] == ids[k])
      places[k] = static_cast<std::int32_t>(place);
  }
  return places;
}

// Which rows changed, as they were and as they are.
struct Changes {
  LevelRows before;  // over the items that there are now: pairs with others are gone anyway
  LevelRows after;
  std::size_t users = 0;  // of now, that changed
};

class ChangeFinder {
 public:
  ChangeFinder(const PairedUsers& before, const PairedUsers& now)
      : before_(before),
        now_(now),
        item_now_(places_among(before.item_ids.span(), now.item_ids.span())) {}

  Changes find() {
    const auto user_before = places_among(now_.user_ids.span(), before_.user_ids.span());
    std::vector<bool> seen(before_.user_ids.size());
    for (std::size_t u = 0; u < user_before.size(); ++u) {
      const auto own = now_.levels.row(u);
      if (user_before[u] == kGone) {
        add_after(own);
        continue;
      }
      const auto old = static_cast<std::size_t>(user_before[u]);
      seen[old] = true;
      if (is_as_it_was(old, own)) continue;
      add_before(old);
      add_after(own);
    }
    for (std::size_t old = 0; old < seen.size(); ++old)
      if (!seen[old]) add_before(old);
    return {std::move(were_).finish(), std::move(are_).finish(), users_};
  }

 private:
  void add_after(LevelRows::Row row) {
    ++users_;
    are_.add(row.columns, row.values);
  }
  void add_before(std::size_t old) {
    translate(old);
    were_.add(columns_, levels_);
  }
  bool is_as_it_was(std::size_t old, LevelRows::Row own) {
    if (before_.levels.row(old).columns.size() != own.columns.size()) return false;
    translate(old);
    return std::ranges::equal(columns_, own.columns) && std::ranges::equal(levels_, own.values);
  }
  // An old row by the items of now, into columns_ and levels_.
  void translate(std::size_t old) {
    columns_.clear();
    levels_.clear();
    const auto row = before_.levels.row(old);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const std::int32_t item = item_now_[static_cast<std::size_t>(row.columns[k])];
      if (item == kGone) continue;
      columns_.push_back(item);
      levels_.push_back(row.values[k]);
    }
  }

  const PairedUsers& before_;
  const PairedUsers& now_;
  std::vector<std::int32_t> item_now_;
  std::vector<std::int32_t> columns_;
  std::vector<std::int8_t> levels_;
  RowList were_, are_;
  std::size_t users_ = 0;
};

// Gives each row of the triangle to `take`, after `fill` has filled a zeroed one.
void for_each_triangle_row(std::size_t items, int threads, const TakePairRow& take,
                           const std::function<void(std::size_t, std::span<std::int64_t>)>& fill) {
  for_each_row(items, threads, [&] {
    return [&, counters = std::vector<std::int64_t>(items)](std::size_t item) mutable {
      const auto sums = std::span(counters).first(item + 1);
      std::ranges::fill(sums, 0);
      fill(item, sums);
      take(item, sums);
    };
  });
}

void sum_everybody(const PairedUsers& now, int threads, const TakePairRow& take) {
  const CountedRows rows(now.levels, now.item_count());
  for_each_triangle_row(
      now.item_count(), threads, take,
      [&](std::size_t item, std::span<std::int64_t> sums) { count_row<false>(rows, item, sums); });
}

void sum_changes(const PairedUsers& now, const PairSums& earlier, Changes changes, int threads,
                 const TakePairRow& take) {
  const CountedRows before(std::move(changes.before), now.item_count());
  const CountedRows after(std::move(changes.after), now.item_count());
  const auto item_before = places_among(now.item_ids.span(), earlier.users.item_ids.span());
  for_each_triangle_row(now.item_count(), threads, take,
                        [&](std::size_t item, std::span<std::int64_t> sums) {
                          if (const std::int32_t old = item_before[item]; old != kGone) {
                            const std::int32_t* row =
                                earlier.sums.begin() + triangle_size(static_cast<std::size_t>(old));
                            for (std::size_t j = 0; j <= item; ++j)
                              if (item_before[j] != kGone) sums[j] = row[item_before[j]];
                          }
                          count_row<true>(before, item, sums);
                          count_row<false>(after, item, sums);
                        });
}

void sum_cheapest(const PairedUsers& now, const PairSums* earlier, int threads,
                  const TakePairRow& take, PairCount& count) {
  count.users = count.users_counted = now.levels.rows();
  count.products = count.products_counted = products_of(now.levels);
  if (earlier == nullptr) return sum_everybody(now, threads, take);
  Changes changes = ChangeFinder(earlier->users, now).find();
  const double products = products_of(changes.before) + products_of(changes.after);
  if (products >= count.products) return sum_everybody(now, threads, take);
  count.users_counted = changes.users;
  count.products_counted = products;
  sum_changes(now, *earlier, std::move(changes), threads, take);
}

}  // namespace

PairCount sum_pairs(const PairedUsers& now, const PairSums* earlier, int threads,
                    const TakePairRow& take) {
  const auto began = std::chrono::steady_clock::now();
  PairCount count;
  sum_cheapest(now, earlier, threads, take, count);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
  count.seconds = taken.count();
  return count;
}

PairTriangle::PairTriangle(std::size_t items) : sums_(triangle_size(items)), overflowed_(items) {}

void PairTriangle::take(std::size_t item, std::span<const std::int64_t> sums) {
  for (const std::int64_t sum : sums)
    if (!std::in_range<std::int32_t>(sum)) overflowed_[item] = 1;
  std::ranges::transform(sums, sums_.begin() + static_cast<std::ptrdiff_t>(triangle_size(item)),
                         [](std::int64_t sum) { return static_cast<std::int32_t>(sum); });
}

std::optional<Array<std::int32_t>> PairTriangle::finish() && {
  if (std::ranges::find(overflowed_, 1) != overflowed_.end()) return std::nullopt;
  return Array<std::int32_t>(std::move(sums_));
}

}  // namespace marquee
