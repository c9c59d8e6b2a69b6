// Tables of plain columns as the bytes of Parquet files. With parquet_reader.h the only contact
// with Arrow in this room.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/rating.h"

namespace marquee::lake {

// Written as timestamp[us, UTC]; kUnknownTime becomes null.
struct Times {
  std::vector<TimeMicros> values;
};

// UTF-8, written as string.
struct Texts {
  std::vector<std::string> values;
};

using Values = std::variant<std::vector<std::int64_t>, std::vector<double>, Times,
                            std::vector<std::int32_t>, std::vector<float>, Texts>;

struct Column {
  std::string name;
  Values values;
};

// What a writer may be told of the columns beside their values.
struct TableLayout {
  int sorted_columns = 1;  // the rows ascend in the first so many, which is noted in the file
  // Numbers that hardly ever repeat: written plainly, without the attempt at a dictionary.
  std::vector<std::string> distinct_columns = {};
};

// All columns must be equally long; the rows must ascend in the first (see TableLayout), so that
// readers may skip row groups (131,072 rows each) by their statistics. Without rows it is a valid
// file that has the columns. The same columns give the same bytes. kInternal when Arrow refuses,
// as it does when memory runs out.
Result<std::string> parquet_bytes(std::span<const Column> columns, const TableLayout& layout = {});

// The most rows in a row group.
inline constexpr std::int64_t kRowsPerGroup = 131'072;

// A file that is longer than what should lie in memory as columns: each append() encodes its rows
// as row groups of their own and forgets them. For one thread. After a failure (kInternal) it must
// not be used again.
class TableWriter {
 public:
  explicit TableWriter(TableLayout layout = {});
  TableWriter(TableWriter&&) noexcept;
  TableWriter& operator=(TableWriter&&) noexcept;
  ~TableWriter();

  // The columns of the first call decide names and types; later ones must be alike.
  Status append(std::span<const Column> columns);
  // Ends the file and gives its bytes; append() must have been called.
  Result<std::string> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace marquee::lake
