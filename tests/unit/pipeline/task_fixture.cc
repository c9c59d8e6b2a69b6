#include "tests/unit/pipeline/task_fixture.h"

#include "core/durable_file.h"
#include "core/log.h"
#include "core/timestamp.h"
#include "datasets/dataset.h"
#include "datasets/synthetic.h"
#include "pipeline/run_folder.h"
#include "pipeline/task.h"
#include "registry/model_registry.h"
#include "store/rating_store.h"

namespace marquee {
namespace {

// Nobody listens there.
constexpr std::int64_t kClosedPort = 1;

const Dataset& synthetic_ratings() {
  static const Dataset dataset = [] {
    TemporaryFolder folder;
    EXPECT_TRUE(
        write_synthetic({.users = 200, .items = 120, .ratings = 6000, .seed = 7}, folder.path()));
    auto read = read_dataset(folder.path() / "ratings.csv", folder.path() / "movies.csv", {}, {});
    EXPECT_TRUE(read);
    return std::move(*read);
  }();
  return dataset;
}

}  // namespace

TaskFixture::TaskFixture() : clock_(*parse_timestamp("2026-03-01T02:00:00Z")) {
  spdlog::set_level(spdlog::level::off);
  config_.data_dir = folder_.path();
  config_.server.port = kClosedPort;
  config_.evaluation.bootstrap_samples = 50;
}

RunContext TaskFixture::run(const std::string& run_id) {
  return run(run_id, config_);
}

RunContext TaskFixture::run(const std::string& run_id, const Config& config) {
  return {.config = config,
          .clock = clock_,
          .run_id = run_id,
          .on_report = [this](const TaskReport& report) { reports_.push_back(report); }};
}

void TaskFixture::import_ratings() {
  auto store = RatingStore::open(folder_.path(), sqlite::Access::kReadWrite);
  ASSERT_TRUE(store);
  auto writer = store->write();
  ASSERT_TRUE(writer);
  for (const Movie& movie : synthetic_ratings().movies) ASSERT_TRUE(writer->put_movie(movie));
  for (const FileRating& row : synthetic_ratings().ratings)
    ASSERT_TRUE(writer->apply(row.rating, {SourceKind::kImport, "import:test", 0, row.line}));
  ASSERT_TRUE(writer->commit());
}

void TaskFixture::add_ratings(int count, UserId user) {
  auto store = RatingStore::open(folder_.path(), sqlite::Access::kReadWrite);
  ASSERT_TRUE(store);
  auto writer = store->write();
  ASSERT_TRUE(writer);
  for (int i = 0; i < count; ++i, ++next_offset_)
    ASSERT_TRUE(writer->apply({user, 1 + next_offset_ % 120, 5, clock_.now() + next_offset_},
                              {SourceKind::kStream, "user-events", 0, next_offset_}));
  ASSERT_TRUE(writer->commit());
}

std::filesystem::path TaskFixture::model_path(const std::string& run_id) const {
  SystemClock clock;
  return ModelRegistry(folder_.path(), clock).model_path(run_id);
}

std::string TaskFixture::bytes_of(const std::filesystem::path& path) const {
  return read_file(path).value_or("");
}

std::string TaskFixture::production_bytes() const {
  SystemClock clock;
  return bytes_of(ModelRegistry(folder_.path(), clock).production_path());
}

std::string TaskFixture::status_of_task(const std::string& run_id, const std::string& task) const {
  return status_of(RunFolder(folder_.path(), run_id), task);
}

std::string TaskFixture::performed() {
  std::string tasks;
  for (const TaskReport& report : std::exchange(reports_, {})) {
    const auto task = report.record.at("task").get<std::string>();
    if (task != "pipeline") tasks += (tasks.empty() ? "" : ",") + task;
  }
  return tasks;
}

}  // namespace marquee
