#include "sqlite/database.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "core/durable_file.h"

namespace marquee::sqlite {
namespace {

namespace fs = std::filesystem;

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "database_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ / "a.db";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::int64_t count(Database& database) {
    auto statement = database.prepare("SELECT COUNT(*) FROM t");
    EXPECT_TRUE(statement && statement->step());
    return statement->integer(0);
  }
  fs::path folder_;
  fs::path path_;
};

TEST_F(DatabaseTest, ValuesComeBack) {
  auto database = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(database) << database.error().message();
  ASSERT_TRUE(database->execute("CREATE TABLE t(a, b, c, d)"));
  auto insert = database->prepare("INSERT INTO t VALUES(?, ?, ?, ?)");
  ASSERT_TRUE(insert);
  const std::string_view text("a\0b", 3);
  ASSERT_TRUE(insert->bind(0, INT64_MIN).bind(1, 0.1).bind(2, text).bind_null(3).run());
  ASSERT_TRUE(insert->bind(0, std::int64_t{2}).run()) << "a statement can be run again";
  auto select = database->prepare("SELECT a, b, c, d FROM t ORDER BY a");
  ASSERT_TRUE(select);
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), INT64_MIN);
  EXPECT_EQ(select->real(1), 0.1);
  EXPECT_EQ(select->text(2), text);
  EXPECT_TRUE(select->is_null(3));
  ASSERT_TRUE(*select->step());
  EXPECT_TRUE(select->is_null(1)) << "bindings do not linger";
  EXPECT_FALSE(*select->step());
}

TEST_F(DatabaseTest, ManyMayMakeItAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const fs::path path = folder_ / fmt::format("{}.db", round);
    std::atomic<int> opened = 0;
    std::vector<std::jthread> openers;
    for (int t = 0; t < 4; ++t)
      openers.emplace_back([&] {
        auto database = Database::open(path, Access::kReadWrite);
        EXPECT_TRUE(database) << database.error().message();
        opened += database && migrate(*database, 1, {"CREATE TABLE t(a)"}) ? 1 : 0;
      });
    openers.clear();
    EXPECT_EQ(opened, 4);
  }
}

TEST_F(DatabaseTest, ATransactionThatIsNotCommittedLeavesNothing) {
  auto database = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(database && database->execute("CREATE TABLE t(a)"));
  {
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(transaction && database->execute("INSERT INTO t VALUES(1)"));
  }
  EXPECT_EQ(count(*database), 0);
  auto transaction = Transaction::begin(*database);
  ASSERT_TRUE(transaction && database->execute("INSERT INTO t VALUES(1)") && transaction->commit());
  EXPECT_EQ(count(*database), 1);
}

TEST_F(DatabaseTest, MistakesNameTheFile) {
  auto database = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(database);
  const auto status = database->execute("SELECT * FROM nowhere");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().where, path_.string());
}

TEST_F(DatabaseTest, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(path_)
      << "this is a text file, long enough to be looked at as a page of a database";
  for (const Access access : {Access::kReadWrite, Access::kReadOnly}) {
    const auto database = Database::open(path_, access);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::kCorrupt);
    EXPECT_FALSE(database.error().mend.empty());
  }
}

TEST_F(DatabaseTest, AMissingFolderIsToldAndAReaderMakesNoFile) {
  EXPECT_FALSE(Database::open(folder_ / "no" / "a.db", Access::kReadWrite));
  EXPECT_FALSE(Database::open(path_, Access::kReadOnly));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(DatabaseTest, MigratesStepByStepAndOnlyOnce) {
  auto database = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate(*database, 77, {"CREATE TABLE t(a)"}));
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES(1)"));
  ASSERT_TRUE(
      migrate(*database, 77, {"CREATE TABLE t(a)", "ALTER TABLE t ADD COLUMN b DEFAULT 5"}));
  ASSERT_TRUE(
      migrate(*database, 77, {"CREATE TABLE t(a)", "ALTER TABLE t ADD COLUMN b DEFAULT 5"}));
  auto select = database->prepare("SELECT b FROM t");
  ASSERT_TRUE(select && *select->step());
  EXPECT_EQ(select->integer(0), 5) << "data survived";
  EXPECT_EQ(schema_version(*database), 2);
}

TEST_F(DatabaseTest, AFailedMigrationChangesNothing) {
  auto database = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(database && migrate(*database, 77, {"CREATE TABLE t(a)"}));
  EXPECT_FALSE(migrate(*database, 77, {"CREATE TABLE t(a)", "CREATE TABLE u(a)", "nonsense"}));
  EXPECT_EQ(schema_version(*database), 1);
  EXPECT_FALSE(database->prepare("SELECT * FROM u"));
}

TEST_F(DatabaseTest, ANewerSchemaAndAnothersDatabaseAreRefused) {
  auto database = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(database && migrate(*database, 77, {"CREATE TABLE t(a)", "CREATE TABLE u(a)"}));
  const auto newer = migrate(*database, 77, {"CREATE TABLE t(a)"});
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::kUsage);
  EXPECT_NE(newer.error().message().find("version 2"), std::string::npos);
  const auto others = migrate(*database, 78, {"CREATE TABLE t(a)", "CREATE TABLE u(a)"});
  ASSERT_FALSE(others);
  EXPECT_EQ(others.error().code, ErrorCode::kCorrupt);
}

TEST_F(DatabaseTest, AReaderSeesOneStateWhileAWriterGoesOn) {
  auto writer = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(writer && writer->execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)"));
  auto reader = Database::open(path_, Access::kReadOnly);
  ASSERT_TRUE(reader) << reader.error().message();
  ASSERT_TRUE(reader->execute("BEGIN"));
  EXPECT_EQ(count(*reader), 1);
  ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(2)"));
  EXPECT_EQ(count(*reader), 1);
  ASSERT_TRUE(reader->execute("COMMIT"));
  EXPECT_EQ(count(*reader), 2);
}

TEST_F(DatabaseTest, ScrubbedNothingOfWhatWasDeletedCanBeRead) {
  auto database = Database::open(path_, Access::kReadWrite);
  ASSERT_TRUE(database && database->execute("PRAGMA secure_delete=OFF; CREATE TABLE t(a);"
                                            "INSERT INTO t VALUES('planted'), ('kept');"
                                            "DELETE FROM t WHERE a = 'planted'"));
  const auto bytes = [&] {
    std::string all;
    for (const auto& entry : fs::directory_iterator(path_.parent_path()))
      all += *read_file(entry.path());
    return all;
  };
  ASSERT_NE(bytes().find("planted"), std::string::npos);
  const Status scrubbed = database->scrub();
  ASSERT_TRUE(scrubbed) << scrubbed.error().message();
  EXPECT_EQ(bytes().find("planted"), std::string::npos);
  EXPECT_EQ(count(*database), 1);
}

}  // namespace
}  // namespace marquee::sqlite
