#include "lake/parquet_reader.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>

#include <exception>

namespace marquee::lake {
namespace {

// What the template below needs to know of a Parquet type.
template <typename ParquetType, typename Value>
struct ColumnType {
  using Parquet = ParquetType;
  using Stored = typename ParquetType::c_type;
  static Value value_of(const Stored& stored) { return static_cast<Value>(stored); }
  static Value null() { return Value(); }
};
struct TimeColumn : ColumnType<parquet::Int64Type, TimeMicros> {
  static TimeMicros null() { return kUnknownTime; }
};
struct TextColumn : ColumnType<parquet::ByteArrayType, std::string> {
  static std::string value_of(const parquet::ByteArray& stored) {
    return {reinterpret_cast<const char*>(stored.ptr), stored.len};
  }
};

// Of one row group, in batches: the values that are there come packed, the definition levels say
// where they belong.
template <typename Type, typename Value>
void read_optional(parquet::TypedColumnReader<typename Type::Parquet>& reader, std::int64_t rows,
                   std::vector<Value>& values) {
  // A required column leaves the levels alone: every value is there.
  std::vector<std::int16_t> levels(static_cast<std::size_t>(rows), 1);
  std::vector<typename Type::Stored> stored(static_cast<std::size_t>(rows));
  for (std::int64_t done = 0; done < rows && reader.HasNext();) {
    std::int64_t present = 0;
    const std::int64_t read =
        reader.ReadBatch(rows - done, levels.data(), nullptr, stored.data(), &present);
    for (std::int64_t row = 0, next = 0; row < read; ++row)
      values.push_back(levels[static_cast<std::size_t>(row)] > 0
                           ? Type::value_of(stored[static_cast<std::size_t>(next++)])
                           : Type::null());
    done += read;
  }
}

// Without nulls and without a conversion: straight to where they shall lie.
template <typename ParquetType, typename Value>
void read_required(parquet::TypedColumnReader<ParquetType>& reader, std::int64_t rows,
                   std::vector<Value>& values) {
  std::size_t at = values.size();
  values.resize(at + static_cast<std::size_t>(rows));
  for (std::int64_t done = 0; done < rows && reader.HasNext();) {
    std::int64_t present = 0;
    reader.ReadBatch(rows - done, nullptr, nullptr, values.data() + at, &present);
    at += static_cast<std::size_t>(present);
    done += present;
  }
  values.resize(at);
}

}  // namespace

struct TableReader::State {
  std::shared_ptr<const std::string> bytes;
  std::string where;
  std::unique_ptr<parquet::ParquetFileReader> file;

  std::unexpected<Error> corrupt(std::string what) const {
    return fail(ErrorCode::kCorrupt, std::move(what), where,
                "restore the file from a copy, or remove what was derived and make it again");
  }

  template <typename Type, typename Value>
  Status read(int group, std::string_view name, std::vector<Value>& values) try {
    const int column = file->metadata()->schema()->ColumnIndex(std::string(name));
    if (column < 0) return corrupt(fmt::format("there is no column {}", name));
    const auto* descriptor = file->metadata()->schema()->Column(column);
    const bool nulls = descriptor->max_definition_level() > 0;
    if (descriptor->physical_type() != Type::Parquet::type_num ||
        descriptor->max_repetition_level() > 0)
      return corrupt(fmt::format("the column {} has another type than it should", name));
    const auto rows = file->RowGroup(group);
    const auto reader =
        std::static_pointer_cast<parquet::TypedColumnReader<typename Type::Parquet>>(
            rows->Column(column));
    const std::size_t before = values.size();
    const std::int64_t count = rows->metadata()->num_rows();
    if constexpr (std::is_same_v<Value, typename Type::Stored>) {
      nulls ? read_optional<Type>(*reader, count, values) : read_required(*reader, count, values);
    } else {
      read_optional<Type>(*reader, count, values);
    }
    if (static_cast<std::int64_t>(values.size() - before) != count)
      return corrupt(fmt::format("the column {} ends early", name));
    return {};
  } catch (const std::exception& error) {
    return corrupt(fmt::format("the column {} cannot be read: {}", name, error.what()));
  }
};

TableReader::TableReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TableReader::TableReader(TableReader&&) noexcept = default;
TableReader& TableReader::operator=(TableReader&&) noexcept = default;
TableReader::~TableReader() = default;

Result<TableReader> TableReader::open(std::shared_ptr<const std::string> bytes, std::string where) {
  auto state = std::make_unique<State>(State{std::move(bytes), std::move(where), nullptr});
  try {
    auto buffer =
        std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(state->bytes->data()),
                                        static_cast<std::int64_t>(state->bytes->size()));
    state->file = parquet::ParquetFileReader::Open(
        std::make_shared<arrow::io::BufferReader>(std::move(buffer)));
  } catch (const std::exception& error) {
    return state->corrupt(fmt::format("this is not a Parquet file: {}", error.what()));
  }
  return TableReader(std::move(state));
}

std::int64_t TableReader::row_count() const {
  return state_->file->metadata()->num_rows();
}
int TableReader::group_count() const {
  return state_->file->metadata()->num_row_groups();
}
std::int64_t TableReader::group_rows(int group) const {
  return state_->file->metadata()->RowGroup(group)->num_rows();
}

Status TableReader::read(int group, std::string_view column, std::vector<std::int64_t>& values) {
  return state_->read<ColumnType<parquet::Int64Type, std::int64_t>>(group, column, values);
}
Status TableReader::read(int group, std::string_view column, std::vector<std::int32_t>& values) {
  return state_->read<ColumnType<parquet::Int32Type, std::int32_t>>(group, column, values);
}
Status TableReader::read(int group, std::string_view column, std::vector<double>& values) {
  return state_->read<ColumnType<parquet::DoubleType, double>>(group, column, values);
}
Status TableReader::read(int group, std::string_view column, std::vector<float>& values) {
  return state_->read<ColumnType<parquet::FloatType, float>>(group, column, values);
}
Status TableReader::read(int group, std::string_view column, std::vector<std::string>& values) {
  return state_->read<TextColumn>(group, column, values);
}
Status TableReader::read_times(int group, std::string_view column,
                               std::vector<TimeMicros>& values) {
  return state_->read<TimeColumn>(group, column, values);
}

}  // namespace marquee::lake
