#include "lake/rating_rows.h"

#include <algorithm>
#include <thread>

namespace marquee::lake {
namespace {

template <typename Value, typename Row>
std::vector<Value> member(std::span<const Row> rows, Value Row::* field) {
  std::vector<Value> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(row.*field);
  return values;
}

// The columns of one row group, each as long as the group.
struct Columns {
  std::vector<std::int64_t> users, movies, offsets;
  std::vector<TimeMicros> times;
  std::vector<float> values;
  std::vector<std::int32_t> topics, partitions;

  Status read_rating(TableReader& part, int group) {
    MARQUEE_TRY(part.read(group, "user_id", users));
    MARQUEE_TRY(part.read(group, "movie_id", movies));
    MARQUEE_TRY(part.read(group, "rating", values));
    return part.read_times(group, "time", times);
  }
  Status read_source(TableReader& part, int group) {
    MARQUEE_TRY(part.read(group, "topic", topics));
    MARQUEE_TRY(part.read(group, "partition", partitions));
    return part.read(group, "offset", offsets);
  }
};

auto sort_key(const RatingRow& row) {
  return std::tuple(row.user, row.movie, row.time, row.topic, row.partition, row.offset);
}

using Iterator = std::vector<RatingRow>::iterator;

void sort_between(Iterator begin, Iterator end, int threads) {
  constexpr std::ptrdiff_t kWorthAThread = 50'000;
  if (threads < 2 || end - begin < kWorthAThread) {
    std::sort(begin, end, [](const auto& a, const auto& b) { return sort_key(a) < sort_key(b); });
    return;
  }
  const Iterator middle = begin + (end - begin) / 2;
  {
    const std::jthread other([&] { sort_between(begin, middle, threads / 2); });
    sort_between(middle, end, threads - threads / 2);
  }
  std::inplace_merge(begin, middle, end,
                     [](const auto& a, const auto& b) { return sort_key(a) < sort_key(b); });
}

}  // namespace

void sort_events(std::vector<RatingRow>& rows, int threads) {
  sort_between(rows.begin(), rows.end(), threads);
}

void keep_latest(std::vector<RatingRow>& rows) {
  std::size_t kept = 0;
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (row + 1 == rows.size() || key_of(rows[row]) != key_of(rows[row + 1]))
      rows[kept++] = rows[row];
  rows.resize(kept);
}

TableLayout rating_layout() {
  return {.sorted_columns = 2, .distinct_columns = {"time", "offset"}};
}

std::vector<Column> columns_of(std::span<const RatingRow> rows) {
  using Row = RatingRow;
  return {{"user_id", member(rows, &Row::user)}, {"movie_id", member(rows, &Row::movie)},
          {"rating", member(rows, &Row::value)}, {"time", Times{member(rows, &Row::time)}},
          {"topic", member(rows, &Row::topic)},  {"partition", member(rows, &Row::partition)},
          {"offset", member(rows, &Row::offset)}};
}

Status read_rows(TableReader& part, int group, std::vector<RatingRow>& rows) {
  Columns c;
  MARQUEE_TRY(c.read_rating(part, group));
  MARQUEE_TRY(c.read_source(part, group));
  rows.reserve(rows.size() + c.users.size());
  for (std::size_t row = 0; row < c.users.size(); ++row)
    rows.push_back({c.users[row], c.movies[row], c.times[row], c.offsets[row], c.values[row],
                    c.topics[row], c.partitions[row]});
  return {};
}

Status read_ratings(TableReader& part, int group, std::span<Rating> ratings) {
  Columns c;
  MARQUEE_TRY(c.read_rating(part, group));
  for (std::size_t row = 0; row < c.users.size(); ++row)
    ratings[row] = {c.users[row], c.movies[row], c.values[row], c.times[row]};
  return {};
}

}  // namespace marquee::lake
