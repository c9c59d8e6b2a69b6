#include "serving/served_model.h"

#include <gtest/gtest.h>

#include "core/timestamp.h"
#include "tests/unit/serving/fixed_model.h"

namespace marquee::serving {
namespace {

TEST(ServedModel, KnowsWhenItWasTrained) {
  EXPECT_EQ(format_timestamp(served(fixed_model_data("20260301_020304"))->trained),
            "2026-03-01T02:03:04Z");
  EXPECT_EQ(served(fixed_model_data("by hand"))->trained, kUnknownTime);
  EXPECT_EQ(served(fixed_model_data("20261399_020304"))->trained, kUnknownTime);
}

TEST(ServedModel, AListThatNamesAMovieTwiceIsRefused) {
  auto data = fixed_model_data();
  std::vector<std::int32_t> items(data->lists.items.begin(), data->lists.items.end());
  items[1] = items[0];
  data->lists.items = std::move(items);
  const auto model = prepare_model(loaded(data), ModelOrigin::kProductionFile, 0);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kCorrupt);
}

TEST(ServedModel, NoModelAtAllIsRefused) {
  EXPECT_FALSE(prepare_model({}, ModelOrigin::kProductionFile, 0));
}

}  // namespace
}  // namespace marquee::serving
