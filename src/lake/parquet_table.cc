#include "lake/parquet_table.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <exception>

namespace marquee::lake {
namespace {

constexpr std::int64_t kRowsPerGroup = 131'072;

std::unexpected<Error> refused(const std::string& reason) {
  return fail(ErrorCode::kInternal, "cannot make a Parquet file: " + reason, {},
              "free memory and run it again; else report it with this message");
}

template <typename Builder, typename Container>
arrow::Result<std::shared_ptr<arrow::Array>> array_of(const Container& values) {
  Builder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(values));
  return builder.Finish();
}

struct ToArray {
  using Array = arrow::Result<std::shared_ptr<arrow::Array>>;

  Array operator()(const std::vector<std::int64_t>& values) const {
    return array_of<arrow::Int64Builder>(values);
  }
  Array operator()(const std::vector<double>& values) const {
    return array_of<arrow::DoubleBuilder>(values);
  }
  Array operator()(const Times& times) const {
    arrow::TimestampBuilder builder(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                    arrow::default_memory_pool());
    ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<std::int64_t>(times.values.size())));
    for (const TimeMicros time : times.values)
      time == kUnknownTime ? builder.UnsafeAppendNull() : builder.UnsafeAppend(time);
    return builder.Finish();
  }
};

arrow::Result<std::shared_ptr<arrow::Table>> table_of(std::span<const Column> columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const Column& column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto array, std::visit(ToArray{}, column.values));
    const bool nullable = std::holds_alternative<Times>(column.values);
    fields.push_back(arrow::field(column.name, array->type(), nullable));
    arrays.push_back(std::move(array));
  }
  auto table = arrow::Table::Make(arrow::schema(std::move(fields)), std::move(arrays));
  ARROW_RETURN_NOT_OK(table->ValidateFull());
  return table;
}

std::shared_ptr<parquet::WriterProperties> writer_properties() {
  return parquet::WriterProperties::Builder()
      .compression(parquet::Compression::SNAPPY)
      ->set_sorting_columns(
          {parquet::SortingColumn{0, /*descending=*/false, /*nulls_first=*/false}})
      ->build();
}

arrow::Result<std::string> serialise(std::span<const Column> columns) {
  ARROW_ASSIGN_OR_RAISE(const auto table, table_of(columns));
  ARROW_ASSIGN_OR_RAISE(const auto sink, arrow::io::BufferOutputStream::Create());
  ARROW_RETURN_NOT_OK(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink,
                                                 kRowsPerGroup, writer_properties()));
  ARROW_ASSIGN_OR_RAISE(const auto buffer, sink->Finish());
  return buffer->ToString();
}

}  // namespace

Result<std::string> parquet_bytes(std::span<const Column> columns) try {
  auto bytes = serialise(columns);
  if (!bytes.ok()) return refused(bytes.status().ToString());
  return std::move(bytes).ValueUnsafe();
} catch (const std::exception& error) {
  return refused(error.what());
}

}  // namespace marquee::lake
