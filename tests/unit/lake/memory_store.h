// An object store in memory whose puts can be made to fail, hang and lie.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "objects/object_store.h"

namespace marquee {

class MemoryStore final : public ObjectStore {
 public:
  // Asked before each put with its number from 1 and its key; an error it gives is the put's own.
  std::function<Status(int number, std::string_view key)> before_put;
  // A put whose error came after the bytes had arrived: the answer was lost.
  std::function<bool(int number)> loses_answer;

  Status put(std::string_view key, std::string_view bytes) override {
    const std::lock_guard guard(mutex_);
    objects_[std::string(key)] = bytes;
    return {};
  }
  Result<std::string> put_if(std::string_view key, std::string_view bytes,
                             std::string_view version) override {
    int number = 0;
    {
      const std::lock_guard guard(mutex_);
      number = ++puts_;
    }
    if (before_put) MARQUEE_TRY(before_put(number, key));
    const std::lock_guard guard(mutex_);
    const auto present = objects_.find(std::string(key));
    if ((present == objects_.end() ? "" : version_of(present->second)) != version)
      return fail(ErrorCode::kConflict, "somebody else was first", std::string(key));
    objects_[std::string(key)] = bytes;
    if (loses_answer && loses_answer(number))
      return fail(ErrorCode::kUnavailable, "the answer was lost", std::string(key));
    return version_of(std::string(bytes));
  }
  Result<std::string> get(std::string_view key) override {
    const std::lock_guard guard(mutex_);
    ++gets[std::string(key)];
    const auto found = objects_.find(std::string(key));
    if (found == objects_.end()) return fail(ErrorCode::kNotFound, "no such object");
    return found->second;
  }
  Result<VersionedObject> get_versioned(std::string_view key) override {
    MARQUEE_ASSIGN(std::string bytes, get(key));
    std::string version = version_of(bytes);
    return VersionedObject{std::move(bytes), std::move(version)};
  }
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
    const std::lock_guard guard(mutex_);
    std::vector<ObjectInfo> found;
    for (const auto& [key, bytes] : objects_)
      if (key.starts_with(prefix)) found.push_back({key, bytes.size()});
    return found;
  }
  Status remove(std::string_view key) override {
    const std::lock_guard guard(mutex_);
    objects_.erase(std::string(key));
    return {};
  }
  std::string name() const override { return "memory"; }

  std::vector<std::string> keys() const {
    const std::lock_guard guard(mutex_);
    std::vector<std::string> found;
    for (const auto& [key, bytes] : objects_) found.push_back(key);
    return found;
  }
  int puts() const {
    const std::lock_guard guard(mutex_);
    return puts_;
  }

  std::map<std::string, int> gets;  // by key; look when no thread reads

 private:
  static std::string version_of(const std::string& bytes) {
    return std::to_string(std::hash<std::string>{}(bytes));
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> objects_;
  int puts_ = 0;
};

}  // namespace marquee
