#include "events/user_mentions.h"

#include <gtest/gtest.h>

namespace marquee {
namespace {

using namespace std::string_view_literals;

const UserId kUsers[] = {123, 9'007'199'254'740'993, 123};

TEST(UserMentions, KnowsItsUsersOnce) {
  const UserMentions mentions(kUsers);
  EXPECT_EQ(mentions.users().size(), 2U);
  EXPECT_TRUE(mentions.contains(123));
  EXPECT_FALSE(mentions.contains(12));
}

TEST(UserMentions, FindsAUserHoweverItIsWritten) {
  const UserMentions mentions(kUsers);
  for (const std::string_view payload : std::initializer_list<std::string_view>{
           R"({"user_id":123,"movie_id":1})",
           R"({ "user_id" : 123 })",
           "{\"user_id\":\r\n\t123",
           R"({"user_id":"123"})",
           R"({"user_id":123.0})",
           R"({"user_id":1,"user_id":123})",
           R"({"user_id":00123})",
           R"({"user_id":+123})",
           R"({"user_id":[123]})",
           R"({'user_id':123})",
           R"({"movie_id":7,"by":{"user_id":9007199254740993}})",
           R"({"user_id":123)",
           R"({"user_id"=123;)",
           "[{\"user_id\":123}]",
           "\xFF\xFE{\"user_id\":123",
           R"({"wrapped":"{\"user_id\":123}"})",
           R"({"user\u005fid":123})",
           R"({"user_id":"\u00312\u0033"})",
           R"({"user\u005fid":123,"\u0001":"\ud83d)",
           "\0,123"sv,
           "2025-03-15T10:00:00,123,GET /rate/456=9",
           "yesterday, 123 ,GET /rate/4=4"})
    EXPECT_TRUE(mentions.are_in(payload)) << payload;
}

TEST(UserMentions, LeavesOthersAlone) {
  const UserMentions mentions(kUsers);
  for (const std::string_view payload :
       {"", "{}", "123", R"({"user_id":1234})", R"({"user_id":12})", R"({"user_id":-123})",
        R"({"user_id":4123})", R"({"user_id":1,"movie_id":123,"rating":123})", R"({"user":123})",
        R"({"user_id":null,"n":123})", R"({"note":"ü\u00fc123"})", R"({"user_id":5,"x":"\ud83d"})",
        "2025-03-15T10:00:00,1234,GET /rate/123=4", R"({"movie_id":4,123,)", "a,b,123"})
    EXPECT_FALSE(mentions.are_in(payload)) << payload;
}

TEST(UserMentions, MayBeInWhateverHoldsTheDigits) {
  const UserMentions mentions(kUsers);
  EXPECT_TRUE(mentions.may_be_in("…41235…"));
  EXPECT_FALSE(mentions.may_be_in("12 3"));
}

}  // namespace
}  // namespace marquee
