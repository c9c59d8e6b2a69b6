#include "pipeline/forgetting.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "pipeline/pipeline_lock.h"
#include "pipeline/run_folder.h"
#include "registry/models_with_users.h"
#include "store/rating_store.h"
#include "stream/event_stream.h"
#include "tests/unit/pipeline/task_fixture.h"

namespace marquee {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// storage.mode embedded with a journal.
class ForgettingTest : public TaskFixture {
 protected:
  ForgettingTest() {
    config_.validate.max_user_burst = 0;  // the record then names a user
    import_ratings();
  }
  Result<ForgettingReport> forget(UserId user) {
    return forget_users(config_, clock_, {.users = {user}, .by = "tester"});
  }
  void send(const std::vector<std::string>& events) {
    ASSERT_TRUE((*open_sink(config_, clock_))->append(events));
  }
  std::vector<nlohmann::json> audit() {
    std::vector<nlohmann::json> lines;
    std::istringstream in(*read_file(folder_.path() / "forgotten.jsonl"));
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
  std::int64_t found_in(const ForgettingReport& report, const std::string& place) {
    for (const auto& entry : report.places)
      if (entry.name == place) return entry.found;
    ADD_FAILURE() << "no such place: " << place;
    return -1;
  }
};

TEST_F(ForgettingTest, EveryPlaceIsClearedAndTheRestStays) {
  send({R"({"user_id":1,"movie_id":1,"rating":3})", R"({"user_id":1,"movie_id":"x"})",
        R"({"user_id":2,"movie_id":1,"rating":3})"});
  ASSERT_TRUE(run_extract_features(run(kFirst)));
  send({R"({"user_id":1,"movie_id":2,"rating":5})"});  // waits in the journal
  const auto report = forget(1);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_GT(found_in(*report, "database: ratings"), 2);
  EXPECT_EQ(found_in(*report, "database: user features"), 1);
  EXPECT_EQ(found_in(*report, "database: dead letters"), 1);
  EXPECT_EQ(found_in(*report, "journal"), 3) << "what waited was applied first";
  EXPECT_EQ(found_in(*report, "Silver: user features"), 1);
  EXPECT_EQ(report->left(), 0);
  EXPECT_EQ(report->outcome(), "forgotten");
  EXPECT_EQ(report->exact_as_of, clock_.now());

  auto store = RatingStore::open(folder_.path(), sqlite::Access::kReadOnly);
  EXPECT_THAT(store->ratings_of(1, 10).value(), IsEmpty());
  EXPECT_FALSE(store->ratings_of(2, 10)->empty());
  const auto again = forget(1);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->outcome(), "nothing found");
}

TEST_F(ForgettingTest, SaysWhichModelsKnowThemAndLetsNoRunGoOnWithOne) {
  ASSERT_TRUE(run_validate(run(kFirst)));
  ASSERT_TRUE(run_train(run(kFirst)));
  const RunFolder folder(folder_.path(), kFirst);
  const std::string record = bytes_of(folder.record_path("validate"));
  const auto at = record.find("by one user (user ");
  ASSERT_NE(at, record.npos);
  const UserId named = std::stoll(record.substr(at + std::strlen("by one user (user ")));
  const auto report = forget(named);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_THAT(report->models, ElementsAre("hybrid_model_" + std::string(kFirst)));
  EXPECT_EQ(found_in(*report, "run records"), 1);
  EXPECT_EQ(found_in(*report, "pair sums"), 1);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "models" / "pair_sums.safetensors"));
  EXPECT_EQ(report->left(), 0);
  EXPECT_THAT(bytes_of(folder.record_path("validate")), HasSubstr("(a user who was forgotten)"));
  EXPECT_EQ(newest_trained_run(config_), std::nullopt);

  ASSERT_TRUE(run_train(run(kFirst)));
  const UserId users[] = {named};
  EXPECT_THAT(models_with(ModelRegistry(folder_.path(), clock_), users), IsEmpty());
}

TEST_F(ForgettingTest, TheAuditTellsWhatWasDoneAndNothingOfTheUser) {
  ASSERT_TRUE(forget(123));
  ASSERT_TRUE(forget(987'654));
  const auto lines = audit();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["outcome"], "begun");
  EXPECT_EQ(lines[1]["outcome"], "forgotten");
  EXPECT_EQ(lines[1]["by"], "tester");
  EXPECT_EQ(lines[1]["users"], 1);
  EXPECT_EQ(lines[1]["time"], "2026-03-01T02:00:00Z");
  EXPECT_GT(lines[1]["places"][0]["removed"], 0);
  EXPECT_EQ(lines[1]["places"][0]["left"], 0);
  EXPECT_EQ(lines[2]["outcome"], "nothing found");
  EXPECT_THAT(bytes_of(folder_.path() / "forgotten.jsonl"),
              testing::AllOf(Not(HasSubstr("123")), Not(HasSubstr("987654"))));
}

TEST_F(ForgettingTest, WithoutConfirmationNothingIsRemoved) {
  const auto report = forget_users(
      config_, clock_,
      {.users = {1}, .by = "tester", .confirm = [](const ForgettingReport& found) -> Status {
         EXPECT_GT(found.found(), 0);
         return fail(ErrorCode::kUsage, "no");
       }});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().what, "no");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "forgotten.jsonl"));
  auto store = RatingStore::open(folder_.path(), sqlite::Access::kReadOnly);
  EXPECT_FALSE(store->ratings_of(1, 10)->empty());
}

TEST_F(ForgettingTest, NotBesideATaskOfARun) {
  const auto lock = PipelineLock::acquire(
      {.data_dir = folder_.path(), .task = "train", .run_id = kFirst}, clock_);
  ASSERT_TRUE(lock);
  const auto report = forget(1);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(report.error().what, HasSubstr("train of run"));
}

}  // namespace
}  // namespace marquee
