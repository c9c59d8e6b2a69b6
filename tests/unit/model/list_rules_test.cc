#include "model/list_rules.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace marquee {
namespace {

class ListRulesTest : public testing::Test {
 protected:
  ~ListRulesTest() override { std::filesystem::remove(file_); }
  std::string write(std::string_view text) const {
    std::ofstream(file_) << text;
    return file_.string();
  }
  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("list_rules_test." + std::to_string(::getpid()));
};

TEST_F(ListRulesTest, NothingSetIsNoRule) {
  EXPECT_TRUE(read_rules(RuleOptions{})->empty());
}

TEST_F(ListRulesTest, IdsComeFromSettingAndFile) {
  const auto rules = read_rules(
      {.exclude_movies = " 3, 1,,", .exclude_file = write("# gone\n7\n\n 8 # rights ended\r\n9")});
  ASSERT_TRUE(rules) << rules.error().message();
  EXPECT_EQ(rules->exclude, (std::vector<MovieId>{3, 1, 7, 8, 9}));
}

TEST_F(ListRulesTest, NamesKeepTheirInnerBlanksAndSigns) {
  EXPECT_EQ(parse_genre_names(" Film-Noir, Sci Fi ,,(none)"),
            (std::vector<std::string>{"Film-Noir", "Sci Fi", "(none)"}));
}

TEST_F(ListRulesTest, WhatIsNoIdIsNamedWithItsPlace) {
  for (const char* bad : {"x", "0", "-1", "1.5", "1 2", "9223372036854775808"}) {
    const auto setting = read_rules({.exclude_movies = bad});
    ASSERT_FALSE(setting) << bad;
    EXPECT_EQ(setting.error().code, ErrorCode::kUsage);
    EXPECT_EQ(setting.error().where, "rules.exclude_movies");
    const auto file = read_rules({.exclude_file = write(std::string("1\n") + bad + "\n")});
    ASSERT_FALSE(file) << bad;
    EXPECT_EQ(file.error().where, file_.string() + ":2");
  }
}

TEST_F(ListRulesTest, AFileThatIsNotThereIsTold) {
  const auto rules = read_rules({.exclude_file = "/nowhere/ids.txt"});
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().code, ErrorCode::kUsage);
  EXPECT_NE(rules.error().message().find("/nowhere/ids.txt"), std::string::npos);
}

}  // namespace
}  // namespace marquee
