// What it costs to read the pointer to the model: the slot beside std::atomic<std::shared_ptr> and
// a plain mutex, with 1 to 4 readers, and while a writer swaps.
#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "model/item_filter.h"
#include "model/model_data.h"
#include "serving/model_slot.h"

namespace marquee::serving {
namespace {

using ModelPointer = std::shared_ptr<const ServedModel>;

ModelPointer some_model() {
  auto data = std::make_shared<const ModelData>();
  return std::make_shared<const ServedModel>(
      ServedModel{.model = {.data = data, .version = {}, .checksum = {}},
                  .recommender = Recommender(data),
                  .rules = Recommender(data).filter({})});
}

struct Slot {
  ModelPointer get() const { return slot.get(); }
  void set(ModelPointer model) { slot.set(model); }
  ModelSlot slot;
};

struct AtomicPointer {
  ModelPointer get() const { return pointer.load(std::memory_order_acquire); }
  void set(ModelPointer model) { pointer.store(std::move(model), std::memory_order_release); }
  std::atomic<ModelPointer> pointer;
};

struct OneMutex {
  ModelPointer get() const {
    const std::lock_guard lock(mutex);
    return pointer;
  }
  void set(ModelPointer model) {
    const std::lock_guard lock(mutex);
    pointer.swap(model);
  }
  mutable std::mutex mutex;
  ModelPointer pointer;
};

template <typename Holder>
Holder& holder() {
  static Holder& shared = []() -> Holder& {
    static Holder made;
    made.set(some_model());
    return made;
  }();
  return shared;
}

template <typename Holder>
void read(benchmark::State& state) {
  Holder& shared = holder<Holder>();
  for (auto _ : state) benchmark::DoNotOptimize(shared.get());
}

template <typename Holder>
void read_while_written(benchmark::State& state) {
  Holder& shared = holder<Holder>();
  std::jthread writer;
  if (state.thread_index() == 0)
    writer = std::jthread([&](std::stop_token stop) {
      for (; !stop.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(1)))
        shared.set(some_model());
    });
  for (auto _ : state) benchmark::DoNotOptimize(shared.get());
}

BENCHMARK(read<Slot>)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK(read<AtomicPointer>)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK(read<OneMutex>)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK(read_while_written<Slot>)->ThreadRange(1, 4)->UseRealTime();
BENCHMARK(read_while_written<AtomicPointer>)->ThreadRange(1, 4)->UseRealTime();

}  // namespace
}  // namespace marquee::serving
