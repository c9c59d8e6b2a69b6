#include "lake/parquet_table.h"

#include <gmock/gmock.h>
#include <parquet/file_reader.h>
#include <parquet/statistics.h>

#include "tests/unit/lake/read_parquet.h"

namespace marquee::lake {
namespace {

using testing::HasSubstr;

std::vector<Column> three_rows() {
  return {{"id", std::vector<std::int64_t>{1, 2, 9'000'000'000'000'000'000}},
          {"score", std::vector<double>{0.5, -1e300, 1.0 / 3}},
          {"at", Times{{0, kUnknownTime, 1'741'687'200'123'456}}}};
}

TEST(ParquetTable, KeepsNamesTypesAndValues) {
  const auto table = parquet_table(parquet_bytes(three_rows()).value());
  EXPECT_EQ(table->schema()->ToString(),
            "id: int64 not null\nscore: double not null\nat: timestamp[us, tz=UTC]");
  EXPECT_EQ(column_text(*table, "id"), "[1, 2, 9000000000000000000]");
  const auto scores = std::static_pointer_cast<arrow::DoubleArray>(table->column(1)->chunk(0));
  EXPECT_EQ(scores->Value(1), -1e300);
  EXPECT_EQ(scores->Value(2), 1.0 / 3);
}

TEST(ParquetTable, KeepsTimesToTheMicrosecondAndUnknownOnesAsNull) {
  const auto table = parquet_table(parquet_bytes(three_rows()).value());
  const auto times = std::static_pointer_cast<arrow::TimestampArray>(table->column(2)->chunk(0));
  EXPECT_EQ(times->Value(0), 0);
  EXPECT_TRUE(times->IsNull(1));
  EXPECT_EQ(times->Value(2), 1'741'687'200'123'456);
}

TEST(ParquetTable, WithoutRowsStillHasItsColumns) {
  const std::vector<Column> columns = {{"id", std::vector<std::int64_t>{}}, {"at", Times{}}};
  const auto table = parquet_table(parquet_bytes(columns).value());
  EXPECT_EQ(table->num_rows(), 0);
  EXPECT_THAT(table->schema()->field_names(), testing::ElementsAre("id", "at"));
}

TEST(ParquetTable, GivesTheSameBytesAgain) {
  EXPECT_EQ(parquet_bytes(three_rows()).value(), parquet_bytes(three_rows()).value());
}

TEST(ParquetTable, LetsReadersSkipRowGroupsByTheirStatistics) {
  std::vector<std::int64_t> ids(200'000);
  std::iota(ids.begin(), ids.end(), 1);
  const std::vector<Column> columns = {{"id", ids}};
  const auto reader = parquet_reader(parquet_bytes(columns).value());
  const auto metadata = reader->parquet_reader()->metadata();
  ASSERT_EQ(metadata->num_row_groups(), 2);
  const auto second = metadata->RowGroup(1)->ColumnChunk(0)->statistics();
  ASSERT_TRUE(second->HasMinMax());
  const auto& range = static_cast<const parquet::Int64Statistics&>(*second);
  EXPECT_EQ(range.min(), 131'073);
  EXPECT_EQ(range.max(), 200'000);
  EXPECT_EQ(metadata->RowGroup(1)->sorting_columns().at(0).column_idx, 0);
}

TEST(ParquetTable, RefusesColumnsOfDifferentLengths) {
  const std::vector<Column> columns = {{"id", std::vector<std::int64_t>{1, 2}},
                                       {"score", std::vector<double>{1}}};
  const auto bytes = parquet_bytes(columns);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kInternal);
  EXPECT_THAT(bytes.error().what, HasSubstr("score"));
}

}  // namespace
}  // namespace marquee::lake
