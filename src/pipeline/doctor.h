// The doctor looks at everything a data dir and its configuration need to work, and says how to
// mend what does not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/config.h"

namespace marquee {

enum class Health { kOk, kWarn, kFail };
std::string_view name_of(Health health);  // "OK", "WARN", "FAIL"

struct Finding {
  std::string subject;  // "data dir", "model", …
  Health health = Health::kOk;
  std::string detail;  // what was found
  std::string mend;    // empty when there is nothing to mend
};

// In a fixed order; asks the server at the configured address and tries its port. Changes nothing
// but a probe file that it makes and removes in the data dir.
std::vector<Finding> examine_installation(const Config& config, Clock& clock);

}  // namespace marquee
