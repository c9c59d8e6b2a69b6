#include <gtest/gtest.h>

#include "model/hybrid_trainer.h"
#include "serving/list_answers.h"
#include "tests/unit/serving/api_fixture.h"

namespace marquee::serving {
namespace {

constexpr UserId kStranger = 77;

std::shared_ptr<const ModelData> trained_data() {
  std::vector<Rating> ratings;
  for (int user = 1; user <= 30; ++user)
    for (int movie = 1; movie <= 40; ++movie)
      if ((user + movie) % 2 == 0 && (user * 7 + movie * 5) % 3 != 0)
        ratings.push_back({user, movie, 3.0F + (user + movie) % 3, kUnknownTime});
  ModelOptions options;
  options.precomputed_top_n = 10;
  Lineage lineage;
  lineage.run_id = "20260301_020000";
  return train_hybrid(ratings, {}, options, std::move(lineage))->model;
}

// A server that folds in, over a store that the test writes.
class ApiFoldInTest : public testing::Test {
 protected:
  ApiFoldInTest() {
    slot_.set(*prepare_model(loaded(data_), ModelOrigin::kProductionFile, 0, {.fold_in = true}));
  }
  std::vector<Rating> trained_ratings(UserId user) const {
    std::vector<Rating> own;
    const auto row = data_->ratings.row(static_cast<std::size_t>(user - 1));
    for (std::size_t k = 0; k < row.columns.size(); ++k)
      own.push_back({user, data_->item_ids[static_cast<std::size_t>(row.columns[k])], row.values[k],
                     kUnknownTime});
    return own;
  }
  Response get(std::string_view target) {
    const Request request{.target = target, .content_type = {}, .body = {}};
    EXPECT_FALSE(api_.answer_now(request)) << "it has to wait for the store";
    std::promise<Response> promise;
    api_.answer_later(request, [&](Response response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }
  std::string trained_list(UserId user) const {
    return recommend_text(*slot_.get(), {user}, {.n = 20});
  }

  const std::shared_ptr<const ModelData> data_ = trained_data();
  Result<std::vector<Rating>> stored_ = std::vector<Rating>{};
  FixedClock clock_;
  ModelSlot slot_;
  Metrics metrics_;
  FakeSink sink_;
  Reloader reloader_{slot_, metrics_, {}, clock_};
  EventIntake intake_{sink_};
  Api api_{slot_,         reloader_,
           intake_,       {.profile = fake_profile, .ratings = [this](UserId) { return stored_; }},
           metrics_,      clock_,
           {.events = {}}};
};

TEST_F(ApiFoldInTest, WhatTheModelWasTrainedOnChangesNothing) {
  stored_ = trained_ratings(3);
  EXPECT_EQ(get("/recommend/3").body, trained_list(3));
  EXPECT_EQ(get("/internal/recommend/3").body.find("folded_in"), std::string::npos);
}

TEST_F(ApiFoldInTest, AUserOfTheModelWhomTheStoreDoesNotKnowKeepsTheList) {
  EXPECT_EQ(get("/recommend/3").body, trained_list(3));
}

TEST_F(ApiFoldInTest, AStrangersFirstRatingMakesAPersonalList) {
  const std::string popular = get("/recommend/77").body;
  EXPECT_EQ(popular, trained_list(kStranger));
  stored_ = std::vector<Rating>{{kStranger, 3, 5, kUnknownTime}};
  EXPECT_NE(get("/recommend/77").body, popular);
  const std::string json = get("/internal/recommend/77?exclude=5").body;
  EXPECT_NE(json.find(R"("known":false,"model":"hybrid_model_20260301_020000","folded_in":true)"),
            std::string::npos);
  EXPECT_NE(json.find(R"("popular":false)"), std::string::npos);
  EXPECT_EQ(json.find(R"("popular":true)"), std::string::npos);
  EXPECT_EQ(json.find(R"({"id":3,)"), std::string::npos) << "rated";
  EXPECT_EQ(json.find(R"({"id":5,)"), std::string::npos) << "excluded";
}

TEST_F(ApiFoldInTest, AStoreThatCannotBeReadCostsTheNewestRatingsOnly) {
  stored_ = fail(ErrorCode::kUnavailable, "database is locked", "marquee.db", "ask again");
  const Response response = get("/recommend/3");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, trained_list(3));
}

TEST_F(ApiFoldInTest, WrongRequestsAreRefusedAsEver) {
  EXPECT_EQ(get("/recommend/x").status, 400);
  EXPECT_EQ(get("/recommend/3?seen=maybe").status, 400);
}

}  // namespace
}  // namespace marquee::serving
