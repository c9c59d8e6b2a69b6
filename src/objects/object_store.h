// objects/ keeps whole objects under keys like "silver/ratings/manifest.json": in a folder on this
// machine, or in a bucket on S3. It is given bytes; it hands them back, whole and unchanged, and
// decides races between writers by conditional puts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/error.h"

namespace marquee {

struct ObjectInfo {
  std::string key;
  std::uint64_t size = 0;  // bytes
};

struct VersionedObject {
  std::string bytes;
  std::string version;  // opaque; changes whenever the bytes do
};

// Thread-safe. A key is a relative path of '/'-separated parts without "." or "..". Every failure
// names the store and the key. kUnavailable: the store did not answer or asked to come back later,
// after the retries it makes itself; the same call may succeed later. kUsage: credentials or bucket
// are refused; trying again does not help.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Durable once it returns; replaces what was there as a whole.
  virtual Status put(std::string_view key, std::string_view bytes) = 0;
  // Puts only when the object still has this version, or, with an empty `version`, only when there
  // is none. Gives the new version; kConflict when somebody else was first: nothing was changed.
  virtual Result<std::string> put_if(std::string_view key, std::string_view bytes,
                                     std::string_view version) = 0;

  // kNotFound when there is none.
  virtual Result<std::string> get(std::string_view key) = 0;
  virtual Result<VersionedObject> get_versioned(std::string_view key) = 0;

  // Every object whose key starts with `prefix`, by key. None: an empty list.
  virtual Result<std::vector<ObjectInfo>> list(std::string_view prefix) = 0;

  // An object that is not there is removed already.
  virtual Status remove(std::string_view key) = 0;

  // For messages: "s3://bucket at http://127.0.0.1:7070", or the folder.
  virtual std::string name() const = 0;
};

// storage.mode aws: s3.bucket at s3.endpoint; embedded: the data dir. Fails within seconds, naming
// endpoint, bucket and cause, when the bucket cannot be reached or the credentials are refused.
Result<std::unique_ptr<ObjectStore>> open_object_store(const Config& config);

// A folder as an object store; made when missing.
Result<std::unique_ptr<ObjectStore>> open_local_store(const std::filesystem::path& folder);

}  // namespace marquee
