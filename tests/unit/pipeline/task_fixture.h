// A data dir with synthetic ratings in its store, and ways to run tasks on it.
#pragma once

#include <gtest/gtest.h>

#include "pipeline/tasks.h"
#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {

class TaskFixture : public testing::Test {
 protected:
  TaskFixture();

  // What `run_id` is given to; reports are collected in reports_.
  RunContext run(const std::string& run_id);
  RunContext run(const std::string& run_id, const Config& config);

  // Fills the store with ratings that a model can learn from.
  void import_ratings();
  // Adds ratings that nobody gave before: `count` by one user, or by an unknown one.
  void add_ratings(int count, UserId user);

  std::filesystem::path model_path(const std::string& run_id) const;
  std::string bytes_of(const std::filesystem::path& path) const;
  std::string production_bytes() const;
  std::string status_of_task(const std::string& run_id, const std::string& task) const;
  // The tasks that were performed since this was asked last, comma-separated.
  std::string performed();

  TemporaryFolder folder_;
  Config config_;
  SimulatedClock clock_;
  std::vector<TaskReport> reports_;

 private:
  std::int64_t next_offset_ = 0;
};

inline constexpr const char* kFirst = "20260301_020000";
inline constexpr const char* kSecond = "20260302_020000";

}  // namespace marquee
