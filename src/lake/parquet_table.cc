#include "lake/parquet_table.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <exception>

namespace marquee::lake {
namespace {

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
  Array operator()(const std::vector<std::int32_t>& values) const {
    return array_of<arrow::Int32Builder>(values);
  }
  Array operator()(const std::vector<float>& values) const {
    return array_of<arrow::FloatBuilder>(values);
  }
  Array operator()(const Texts& texts) const {
    return array_of<arrow::StringBuilder>(texts.values);
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

std::shared_ptr<parquet::WriterProperties> writer_properties(const TableLayout& layout) {
  std::vector<parquet::SortingColumn> sorting;
  for (int column = 0; column < layout.sorted_columns; ++column)
    sorting.push_back({column, /*descending=*/false, /*nulls_first=*/false});
  parquet::WriterProperties::Builder builder;
  builder.compression(parquet::Compression::SNAPPY)->set_sorting_columns(std::move(sorting));
  for (const std::string& column : layout.distinct_columns) builder.disable_dictionary(column);
  return builder.build();
}

}  // namespace

struct TableWriter::State {
  TableLayout layout;
  std::shared_ptr<arrow::io::BufferOutputStream> sink = nullptr;
  std::unique_ptr<parquet::arrow::FileWriter> writer = nullptr;

  arrow::Status append(std::span<const Column> columns) {
    ARROW_ASSIGN_OR_RAISE(const auto table, table_of(columns));
    if (writer == nullptr) {
      ARROW_ASSIGN_OR_RAISE(sink, arrow::io::BufferOutputStream::Create());
      ARROW_ASSIGN_OR_RAISE(
          writer, parquet::arrow::FileWriter::Open(*table->schema(), arrow::default_memory_pool(),
                                                   sink, writer_properties(layout)));
    }
    return writer->WriteTable(*table, kRowsPerGroup);
  }
  arrow::Result<std::string> finish() {
    if (writer == nullptr) return arrow::Status::Invalid("nothing was appended");
    ARROW_RETURN_NOT_OK(writer->Close());
    ARROW_ASSIGN_OR_RAISE(const auto buffer, sink->Finish());
    return buffer->ToString();
  }
};

TableWriter::TableWriter(TableLayout layout)
    : state_(std::make_unique<State>(State{.layout = std::move(layout)})) {}
TableWriter::TableWriter(TableWriter&&) noexcept = default;
TableWriter& TableWriter::operator=(TableWriter&&) noexcept = default;
TableWriter::~TableWriter() = default;

Status TableWriter::append(std::span<const Column> columns) try {
  const arrow::Status status = state_->append(columns);
  if (!status.ok()) return refused(status.ToString());
  return {};
} catch (const std::exception& error) {
  return refused(error.what());
}

Result<std::string> TableWriter::finish() try {
  auto bytes = state_->finish();
  if (!bytes.ok()) return refused(bytes.status().ToString());
  return std::move(bytes).ValueUnsafe();
} catch (const std::exception& error) {
  return refused(error.what());
}

Result<std::string> parquet_bytes(std::span<const Column> columns, const TableLayout& layout) {
  TableWriter writer(layout);
  MARQUEE_TRY(writer.append(columns));
  return writer.finish();
}

}  // namespace marquee::lake
