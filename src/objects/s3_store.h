// A bucket on S3, or on a server that speaks its protocol, as an object store. Path-style requests.
#pragma once

#include <memory>

#include "aws/service.h"
#include "core/clock.h"
#include "objects/object_store.h"
#include "objects/s3_transfers.h"

namespace marquee {

// Retries inside as long as the service's budget allows, each part of a large object on its own. An
// object is read whole or not at all: lengths are checked, and all parts belong to one version.
// What is sent carries its SHA-256, which the server compares. A conditional put is one request:
// 5 GB at most.
class S3Store final : public ObjectStore {
 public:
  S3Store(aws::Service service, std::string bucket, const S3Transfers& transfers = {});

  // Whether the bucket is there and may be listed; known within seconds.
  Status check() const;

  Status put(std::string_view key, std::string_view bytes) override;
  Result<std::string> put_if(std::string_view key, std::string_view bytes,
                             std::string_view version) override;
  Result<std::string> get(std::string_view key) override;
  Result<VersionedObject> get_versioned(std::string_view key) override;
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;
  Status remove(std::string_view key) override;
  std::string name() const override;

  aws::ServiceCounts counts() const { return service_.counts(); }

 private:
  Result<S3Object> object(std::string_view key) const;

  aws::Service service_;
  std::string bucket_;
  S3Transfers transfers_;
};

// The configured bucket, checked. `clock` must outlive it. Errors as of open_object_store.
Result<std::unique_ptr<S3Store>> open_s3_store(const S3Options& options,
                                               aws::Credentials credentials, Clock& clock);

}  // namespace marquee
