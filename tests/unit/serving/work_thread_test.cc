#include "serving/work_thread.h"

#include <gtest/gtest.h>

#include <future>

namespace marquee::serving {
namespace {

TEST(WorkThread, RunsTasksInOrderAndTheLastBeforeItEnds) {
  std::vector<int> ran;
  {
    WorkThread worker(100);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(worker.post([&ran, i] { ran.push_back(i); }));
  }
  ASSERT_EQ(ran.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(ran));
}

TEST(WorkThread, RefusesWhatIsTooMuch) {
  std::promise<void> open;
  WorkThread worker(2);
  std::promise<void> started;
  ASSERT_TRUE(worker.post([&] {
    started.set_value();
    open.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(worker.post([] {}));
  EXPECT_TRUE(worker.post([] {}));
  EXPECT_FALSE(worker.post([] {}));
  open.set_value();
}

}  // namespace
}  // namespace marquee::serving
