// The pointer that every request reads and a reload writes once a day.
#pragma once

#include <array>
#include <memory>
#include <mutex>

#include "serving/served_model.h"
#include "serving/thread_shard.h"

namespace marquee::serving {

// Holds the model in service, or none. Every shard has its own lock and its own reference count
// over the same model, so that readers on different cores share no cache line that is written. A
// reader keeps the model it got as long as it likes. bench/serve/model_slot_bench.cc measures it
// beside std::atomic<std::shared_ptr>. Thread-safe.
class ModelSlot {
 public:
  // Null while there is no model.
  std::shared_ptr<const ServedModel> get() const {
    const Shard& shard = shards_[thread_shard()];
    const std::lock_guard lock(shard.mutex);
    return shard.model;
  }

  // When it returns, every later get() on any thread gives `model`. Calls must not overlap.
  void set(const std::shared_ptr<const ServedModel>& model) {
    for (Shard& shard : shards_) {
      auto replacement = with_own_count(model);
      const std::lock_guard lock(shard.mutex);
      shard.model.swap(replacement);
    }
  }

 private:
  struct alignas(kCacheLine) Shard {
    mutable std::mutex mutex;
    std::shared_ptr<const ServedModel> model;
  };

  static std::shared_ptr<const ServedModel> with_own_count(
      const std::shared_ptr<const ServedModel>& model) {
    if (model == nullptr) return nullptr;
    const auto holder = std::make_shared<std::shared_ptr<const ServedModel>>(model);
    return {holder, model.get()};
  }

  std::array<Shard, kShardCount> shards_;
};

}  // namespace marquee::serving
