// An object store that passes everything on, and lets a test step in before each change.
#pragma once

#include <functional>
#include <string>

#include "objects/object_store.h"

namespace marquee {

class StoreWrapper : public ObjectStore {
 public:
  explicit StoreWrapper(ObjectStore& store) : store_(store) {}

  // Called with the key before a put, a conditional put or a removal; an error is what the caller
  // then gets.
  std::function<Status(std::string_view key)> before_change;
  // Called with the key after a conditional put that took effect, likewise.
  std::function<Status(std::string_view key)> after_put_if;
  int changes = 0;

  Status put(std::string_view key, std::string_view bytes) override {
    MARQUEE_TRY(note(key));
    return store_.put(key, bytes);
  }
  Result<std::string> put_if(std::string_view key, std::string_view bytes,
                             std::string_view version) override {
    MARQUEE_TRY(note(key));
    auto result = store_.put_if(key, bytes, version);
    if (result && after_put_if) MARQUEE_TRY(after_put_if(key));
    return result;
  }
  Result<std::string> get(std::string_view key) override { return store_.get(key); }
  Result<VersionedObject> get_versioned(std::string_view key) override {
    return store_.get_versioned(key);
  }
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
    return store_.list(prefix);
  }
  Status remove(std::string_view key) override {
    MARQUEE_TRY(note(key));
    return store_.remove(key);
  }
  std::string name() const override { return store_.name(); }

 private:
  Status note(std::string_view key) {
    ++changes;
    return before_change ? before_change(key) : Status{};
  }

  ObjectStore& store_;
};

}  // namespace marquee
