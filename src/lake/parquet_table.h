// A table of plain columns as the bytes of a Parquet file. The only contact with Arrow in this
// room.
#pragma once

#include <cstdint>
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

using Values = std::variant<std::vector<std::int64_t>, std::vector<double>, Times>;

struct Column {
  std::string name;
  Values values;
};

// All columns must be equally long; the rows must ascend in the first, which is recorded in the
// file, so that readers may skip row groups (131,072 rows each) by their statistics. Without rows
// it is a valid file that has the columns. The same columns give the same bytes. kInternal when
// Arrow refuses, as it does when memory runs out.
Result<std::string> parquet_bytes(std::span<const Column> columns);

}  // namespace marquee::lake
