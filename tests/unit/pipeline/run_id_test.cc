#include <gtest/gtest.h>

#include "core/timestamp.h"
#include "pipeline/tasks.h"
#include "tests/unit/pipeline/simulated_clock.h"
#include "tests/unit/pipeline/temporary_folder.h"

namespace marquee {
namespace {

TEST(RunId, NamesAMomentInUtc) {
  EXPECT_EQ(run_id_at(*parse_timestamp("2026-03-01T02:00:00.999999Z")), "20260301_020000");
}

TEST(RunId, TakesWhatSchedulersPass) {
  for (const char* text : {"20260301_020000", "2026-03-01T02:00:00Z", "2026-03-01T03:00:00+01:00",
                           "2026-03-01 02:00:00", "scheduled__2026-03-01T02:00:00+00:00",
                           "manual__2026-03-01T02:00:00.123456+00:00"})
    EXPECT_EQ(normalise_run_id(text), "20260301_020000") << text;
}

TEST(RunId, RefusesTheRest) {
  for (const char* text :
       {"", "latest", "../../etc", "20260301", "20261301_020000", "20260301_250000",
        "20260301-020000", "20260301_0200000", "2026030a_020000"}) {
    const auto id = normalise_run_id(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ErrorCode::kUsage);
  }
}

TEST(RunId, ANewOneIsUnique) {
  TemporaryFolder folder;
  Config config;
  config.data_dir = folder.path();
  const SimulatedClock clock(*parse_timestamp("2026-03-01T23:59:59Z"));
  EXPECT_EQ(new_run_id(config, clock), "20260301_235959");
  std::filesystem::create_directories(folder.path() / "runs" / "20260301_235959");
  EXPECT_EQ(new_run_id(config, clock), "20260302_000000");
}

}  // namespace
}  // namespace marquee
