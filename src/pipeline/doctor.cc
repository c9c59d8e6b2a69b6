#include "pipeline/doctor.h"

#include "pipeline/doctor_checks.h"

namespace marquee {

std::string_view name_of(Health health) {
  switch (health) {
    case Health::kOk:
      return "OK";
    case Health::kWarn:
      return "WARN";
    case Health::kFail:
      return "FAIL";
  }
  return "FAIL";
}

std::vector<Finding> examine_installation(const Config& config, Clock& clock) {
  return {examine_settings(config),
          examine_data_dir(config),
          examine_disk_space(config),
          examine_database(config),
          examine_stream(config),
          examine_endpoints(config),
          examine_credentials(config),
          examine_server(config),
          examine_clock(config, clock),
          examine_model(config, clock),
          examine_nightly_run(config, clock, served_run_time(config)),
          examine_running_task(config)};
}

}  // namespace marquee
