#include "store/feature_rows.h"

#include <fmt/format.h>

#include "store/time_column.h"

namespace marquee {
namespace {

std::string_view table_name(FeatureTable table) {
  return table == FeatureTable::kUsers ? "user_features" : "movie_features";
}

std::string_view id_name(FeatureTable table) {
  return table == FeatureTable::kUsers ? "user_id" : "movie_id";
}

// The column that the tables do not share.
std::string_view own_column(FeatureTable table) {
  return table == FeatureTable::kUsers ? "std_dev" : "popularity";
}

FeatureSums sums_at(const sqlite::Statement& row, int first_column) {
  return {row.integer(first_column), row.real(first_column + 1), row.real(first_column + 2),
          time_at(row, first_column + 3)};
}

}  // namespace

Result<FeatureRows> FeatureRows::prepare(sqlite::Database& database, FeatureTable table) {
  FeatureRows rows;
  rows.table_ = table;
  MARQUEE_ASSIGN(rows.read_, database.prepare(fmt::format(
                                 "SELECT rating_count, rating_sum, square_sum, last_update "
                                 "FROM {} WHERE {} = ?",
                                 table_name(table), id_name(table))));
  MARQUEE_ASSIGN(rows.write_,
                 database.prepare(fmt::format(
                     "INSERT OR REPLACE INTO {}({}, avg_rating, rating_count, {}, last_update, "
                     "rating_sum, square_sum) VALUES(?, ?, ?, ?, ?, ?, ?)",
                     table_name(table), id_name(table), own_column(table))));
  return rows;
}

Result<FeatureSums*> FeatureRows::row(std::int64_t id) {
  const auto [found, inserted] = rows_.try_emplace(id);
  if (!inserted) return &found->second;
  MARQUEE_ASSIGN(const bool exists, read_.bind(0, id).step());
  if (exists) {
    found->second = sums_at(read_, 0);
    read_.reset();
  }
  return &found->second;
}

Status FeatureRows::flush() {
  for (const auto& [id, sums] : rows_) {
    write_.bind(0, id)
        .bind(1, sums.average())
        .bind(2, sums.count)
        .bind(3, table_ == FeatureTable::kUsers ? sums.deviation() : sums.popularity())
        .bind(5, sums.sum)
        .bind(6, sums.square_sum);
    bind_time(write_, 4, sums.last_update);
    MARQUEE_TRY(write_.run());
  }
  rows_.clear();
  return {};
}

Result<std::int64_t> FeatureRows::repair(sqlite::Database& database) {
  MARQUEE_TRY(flush());
  std::int64_t different = 0;
  MARQUEE_ASSIGN(auto exact,
                 database.prepare(fmt::format(
                     "SELECT {0}, COUNT(*), SUM(rating), SUM(rating * rating), MAX(time) "
                     "FROM ratings GROUP BY {0}",
                     id_name(table_))));
  for (;;) {
    MARQUEE_ASSIGN(const bool more, exact.step());
    if (!more) break;
    const FeatureSums sums = sums_at(exact, 1);
    MARQUEE_ASSIGN(FeatureSums* const present, row(exact.integer(0)));
    if (!present->agrees_with(sums)) ++different;
    *present = sums;
  }
  MARQUEE_TRY(flush());
  MARQUEE_TRY(
      database.execute(fmt::format("DELETE FROM {} WHERE {} NOT IN (SELECT {} FROM ratings)",
                                   table_name(table_), id_name(table_), id_name(table_))));
  return different + database.changes();
}

}  // namespace marquee
