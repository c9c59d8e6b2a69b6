#include "serving/served_model.h"

#include <gtest/gtest.h>

#include "core/timestamp.h"
#include "serving/list_answers.h"
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

TEST(ServedModel, TheServersRulesHoldForListsAndSimilarMovies) {
  const auto model =
      prepare_model(loaded(fixed_model_data()), ModelOrigin::kProductionFile, 0,
                    {.rules = {.exclude = {40}, .exclude_genres = {"Comedy", "No Such"}}});
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(recommend_text(**model, {1}, {.n = 5, .filter = &(*model)->rules}), "30,50");
  EXPECT_EQ(recommend_text(**model, {777}, {.n = 5, .filter = &(*model)->rules}), "10,30,50");
  EXPECT_EQ(similar_json(**model, 10, 5).find("\"id\":20"), std::string::npos);
}

TEST(ServedModel, RulesThatAllowNothingAreRefused) {
  const auto model = prepare_model(loaded(fixed_model_data()), ModelOrigin::kProductionFile, 0,
                                   {.rules = {.genres = {"No Such"}}});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kGateRefused);
}

TEST(ServedModel, NoModelAtAllIsRefused) {
  EXPECT_FALSE(prepare_model({}, ModelOrigin::kProductionFile, 0));
}

}  // namespace
}  // namespace marquee::serving
