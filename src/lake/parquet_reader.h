// Reads columns of Parquet files that parquet_table.h wrote, a row group at a time, straight into
// vectors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/rating.h"

namespace marquee::lake {

// For one thread; several readers may share the same bytes. kCorrupt, naming `where` and the
// column, for bytes that are no Parquet file, a column that is not there or has another type.
class TableReader {
 public:
  // Parses the footer. `bytes` must not change while there is a reader.
  static Result<TableReader> open(std::shared_ptr<const std::string> bytes, std::string where);
  TableReader(TableReader&&) noexcept;
  TableReader& operator=(TableReader&&) noexcept;
  ~TableReader();

  std::int64_t row_count() const;
  int group_count() const;
  std::int64_t group_rows(int group) const;

  // Appends the column's values of one row group. A null time is kUnknownTime, a null text is
  // empty; other types must have no nulls.
  Status read(int group, std::string_view column, std::vector<std::int64_t>& values);
  Status read(int group, std::string_view column, std::vector<std::int32_t>& values);
  Status read(int group, std::string_view column, std::vector<double>& values);
  Status read(int group, std::string_view column, std::vector<float>& values);
  Status read(int group, std::string_view column, std::vector<std::string>& values);
  Status read_times(int group, std::string_view column, std::vector<TimeMicros>& values);

 private:
  struct State;
  explicit TableReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace marquee::lake
