#include "pipeline/run_source.h"

#include "pipeline/store_run_source.h"

namespace marquee {

Result<std::unique_ptr<RunSource>> open_run_source(const Config& config, const Clock& clock) {
  return StoreRunSource::open(config, clock);
}

}  // namespace marquee
