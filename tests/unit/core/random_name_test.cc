#include "core/random_name.h"

#include <gtest/gtest.h>

#include <set>

namespace marquee {
namespace {

TEST(RandomName, IsAnotherEachTime) {
  std::set<std::string> names;
  for (int k = 0; k < 1000; ++k) names.insert(random_name());
  EXPECT_EQ(names.size(), 1000U);
  for (const std::string& name : names) {
    EXPECT_EQ(name.size(), 16U);
    EXPECT_EQ(name.find_first_not_of("0123456789abcdef"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace marquee
