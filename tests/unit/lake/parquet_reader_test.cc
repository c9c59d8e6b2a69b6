#include "lake/parquet_reader.h"

#include <gmock/gmock.h>

#include "lake/parquet_table.h"

namespace marquee::lake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Column> rows(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> ids;
  std::vector<std::int32_t> numbers;
  std::vector<double> scores;
  std::vector<float> values;
  Times times;
  Texts texts;
  for (std::int64_t id = first; id < first + count; ++id) {
    ids.push_back(id);
    numbers.push_back(static_cast<std::int32_t>(-id));
    scores.push_back(1.0 / static_cast<double>(id));
    values.push_back(static_cast<float>(id) / 2);
    times.values.push_back(id % 3 == 0 ? kUnknownTime : id * 1000);
    texts.values.push_back(id % 2 == 0 ? "" : "movie " + std::to_string(id));
  }
  return {{"id", ids},       {"number", numbers}, {"score", scores},
          {"value", values}, {"at", times},       {"title", texts}};
}

Result<TableReader> reader_of(std::string bytes) {
  return TableReader::open(std::make_shared<std::string>(std::move(bytes)), "a file");
}

TEST(ParquetReader, GivesBackEveryColumn) {
  auto reader = reader_of(parquet_bytes(rows(1, 3)).value());
  ASSERT_TRUE(reader) << reader.error().message();
  EXPECT_EQ(reader->row_count(), 3);
  ASSERT_EQ(reader->group_count(), 1);
  EXPECT_EQ(reader->group_rows(0), 3);
  std::vector<std::int64_t> ids;
  std::vector<std::int32_t> numbers;
  std::vector<double> scores;
  std::vector<float> values;
  std::vector<TimeMicros> times;
  std::vector<std::string> titles;
  ASSERT_TRUE(reader->read(0, "id", ids));
  ASSERT_TRUE(reader->read(0, "number", numbers));
  ASSERT_TRUE(reader->read(0, "score", scores));
  ASSERT_TRUE(reader->read(0, "value", values));
  ASSERT_TRUE(reader->read_times(0, "at", times));
  ASSERT_TRUE(reader->read(0, "title", titles));
  EXPECT_THAT(ids, ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers, ElementsAre(-1, -2, -3));
  EXPECT_THAT(scores, ElementsAre(1.0, 0.5, 1.0 / 3));
  EXPECT_THAT(values, ElementsAre(0.5F, 1.0F, 1.5F));
  EXPECT_THAT(times, ElementsAre(1000, 2000, kUnknownTime));
  EXPECT_THAT(titles, ElementsAre("movie 1", "", "movie 3"));
}

TEST(ParquetReader, AppendsGroupAfterGroup) {
  TableWriter writer({.sorted_columns = 1, .distinct_columns = {"at", "score"}});
  ASSERT_TRUE(writer.append(rows(1, kRowsPerGroup)));
  ASSERT_TRUE(writer.append(rows(kRowsPerGroup + 1, 5)));
  auto reader = reader_of(writer.finish().value());
  ASSERT_TRUE(reader);
  ASSERT_EQ(reader->group_count(), 2);
  EXPECT_EQ(reader->group_rows(1), 5);
  std::vector<std::int64_t> ids;
  std::vector<TimeMicros> times;
  for (int group = 0; group < 2; ++group) {
    ASSERT_TRUE(reader->read(group, "id", ids));
    ASSERT_TRUE(reader->read_times(group, "at", times));
  }
  ASSERT_EQ(std::ssize(ids), kRowsPerGroup + 5);
  ASSERT_EQ(ids.size(), times.size());
  for (std::size_t row = 0; row < ids.size(); ++row) {
    ASSERT_EQ(ids[row], static_cast<std::int64_t>(row) + 1);
    ASSERT_EQ(times[row], ids[row] % 3 == 0 ? kUnknownTime : ids[row] * 1000);
  }
}

TEST(ParquetReader, AWriterInPiecesGivesTheBytesOfTheWhole) {
  TableWriter writer;
  ASSERT_TRUE(writer.append(rows(1, kRowsPerGroup)));
  ASSERT_TRUE(writer.append(rows(kRowsPerGroup + 1, 10)));
  EXPECT_EQ(writer.finish().value(), parquet_bytes(rows(1, kRowsPerGroup + 10)).value());
}

TEST(ParquetReader, SaysWhatIsNotThereOrOfAnotherType) {
  auto reader = reader_of(parquet_bytes(rows(1, 3)).value());
  ASSERT_TRUE(reader);
  std::vector<double> values;
  const Status missing = reader->read(0, "rating", values);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(missing.error().what, HasSubstr("no column rating"));
  EXPECT_THAT(missing.error().where, HasSubstr("a file"));
  const Status other = reader->read(0, "id", values);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("another type"));
}

TEST(ParquetReader, RefusesWhatIsCutOrChanged) {
  const std::string whole = parquet_bytes(rows(1, 300)).value();
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{4}, whole.size() / 2, whole.size() - 1}) {
    const auto reader = reader_of(whole.substr(0, length));
    ASSERT_FALSE(reader) << length;
    EXPECT_EQ(reader.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace marquee::lake
