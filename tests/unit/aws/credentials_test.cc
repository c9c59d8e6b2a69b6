#include "aws/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace marquee::aws {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "planted/secret+value";

class CredentialsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "credentials_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    home_ = pattern;
  }
  void TearDown() override { fs::remove_all(home_); }

  void write_file(const std::string& text) {
    fs::create_directories(home_ / ".aws");
    std::ofstream(home_ / ".aws" / "credentials") << text;
  }
  Environment with_home(Environment more = {}) {
    more["HOME"] = home_.string();
    return more;
  }
  fs::path home_;
};

TEST_F(CredentialsTest, TheEnvironmentComesFirst) {
  write_file("[default]\naws_access_key_id = FILE\naws_secret_access_key = other\n");
  const auto found = find_credentials(with_home({{"AWS_ACCESS_KEY_ID", "ENV"},
                                                 {"AWS_SECRET_ACCESS_KEY", kSecret},
                                                 {"AWS_SESSION_TOKEN", "token"}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key_id, "ENV");
  EXPECT_EQ(found->secret_access_key.reveal(), kSecret);
  EXPECT_EQ(found->session_token.reveal(), "token");
}

TEST_F(CredentialsTest, ReadsAProfileOfTheSharedFile) {
  write_file(
      "# of two machines\n[default]\naws_access_key_id=A\naws_secret_access_key=a\n\n"
      "[night]\r\naws_access_key_id = N\r\naws_secret_access_key = x=y/z\r\nregion = here\r\n");
  const auto first = find_credentials(with_home());
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(first->access_key_id, "A");
  const auto night = find_credentials(with_home({{"AWS_PROFILE", "night"}}));
  ASSERT_TRUE(night) << night.error().message();
  EXPECT_EQ(night->access_key_id, "N");
  EXPECT_EQ(night->secret_access_key.reveal(), "x=y/z");
  EXPECT_TRUE(night->session_token.empty());
}

TEST_F(CredentialsTest, AFileMayLieElsewhere) {
  const fs::path file = home_ / "elsewhere";
  std::ofstream(file) << "[default]\naws_access_key_id=E\naws_secret_access_key=e\n";
  const auto found = find_credentials({{"AWS_SHARED_CREDENTIALS_FILE", file.string()}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key_id, "E");
}

TEST_F(CredentialsTest, SaysWhatToSetWhenThereIsNone) {
  for (const auto& environment : {Environment{}, with_home()}) {
    const auto found = find_credentials(environment);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kUsage);
    EXPECT_THAT(found.error().message(), HasSubstr("AWS_SECRET_ACCESS_KEY"));
  }
}

TEST_F(CredentialsTest, NamesTheMissingHalf) {
  EXPECT_THAT(find_credentials({{"AWS_ACCESS_KEY_ID", "A"}}).error().mend,
              HasSubstr("AWS_SECRET_ACCESS_KEY"));
  const Error error = find_credentials({{"AWS_SECRET_ACCESS_KEY", kSecret}}).error();
  EXPECT_THAT(error.mend, HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(error.message(), Not(HasSubstr(kSecret)));
}

TEST_F(CredentialsTest, NamesTheProfileThatIsMissingOrHalf) {
  write_file(std::string("[half]\naws_secret_access_key=") + kSecret + "\n");
  for (const char* profile : {"absent", "half"}) {
    const auto found = find_credentials(with_home({{"AWS_PROFILE", profile}}));
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().where, HasSubstr(profile));
    EXPECT_THAT(found.error().message(), Not(HasSubstr(kSecret)));
  }
}

}  // namespace
}  // namespace marquee::aws
