// A folder as an object store: the key is the path below it. For the embedded mode, for tests, and
// as the plain twin of the S3 store.
#pragma once

#include <filesystem>
#include <mutex>

#include "objects/object_store.h"

namespace marquee {

// Conditional puts of several processes are serialised by a lock file in the folder.
class LocalStore final : public ObjectStore {
 public:
  explicit LocalStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Status put(std::string_view key, std::string_view bytes) override;
  Result<std::string> put_if(std::string_view key, std::string_view bytes,
                             std::string_view version) override;
  Result<std::string> get(std::string_view key) override;
  Result<VersionedObject> get_versioned(std::string_view key) override;
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;
  Status remove(std::string_view key) override;
  std::string name() const override { return folder_.string(); }

 private:
  Result<std::filesystem::path> path_of(std::string_view key) const;

  std::filesystem::path folder_;
  std::mutex mutex_;  // FileLock is between processes; this is between threads
};

}  // namespace marquee
