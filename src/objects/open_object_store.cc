#include "objects/local_store.h"
#include "objects/object_store.h"
#include "objects/s3_store.h"

namespace marquee {

Result<std::unique_ptr<ObjectStore>> open_object_store(const Config& config) {
  if (config.storage.mode == "embedded") return open_local_store(config.data_dir);
  static SystemClock clock;
  MARQUEE_ASSIGN(aws::Credentials credentials, aws::find_credentials(aws::aws_environment()));
  return open_s3_store(config.s3, std::move(credentials), clock);
}

}  // namespace marquee
