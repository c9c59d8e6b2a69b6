// Reads Parquet back with Arrow's own reader; any failure is an exception, hence a failed test.
#pragma once

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/durable_file.h"

namespace marquee {

inline std::unique_ptr<parquet::arrow::FileReader> parquet_reader(const std::string& bytes) {
  auto source = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
  return parquet::arrow::OpenFile(source, arrow::default_memory_pool()).ValueOrDie();
}

inline std::shared_ptr<arrow::Table> parquet_table(const std::string& bytes) {
  const auto table = parquet_reader(bytes)->ReadTable().ValueOrDie()->CombineChunks().ValueOrDie();
  return table;
}

inline std::shared_ptr<arrow::Table> parquet_table(const std::filesystem::path& path) {
  return parquet_table(read_file(path).value());
}

// A column as JSON-like text, "[1, 2, null]".
inline std::string column_text(const arrow::Table& table, const std::string& name) {
  const auto column = table.GetColumnByName(name);
  if (column == nullptr) return "no column " + name;
  std::string text;
  for (std::int64_t row = 0; row < column->length(); ++row)
    text += (row == 0 ? "" : ", ") + column->GetScalar(row).ValueOrDie()->ToString();
  return "[" + text + "]";
}

}  // namespace marquee
