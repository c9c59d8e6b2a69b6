// The doctor's single examinations; see doctor.h.
#pragma once

#include <optional>

#include "pipeline/doctor.h"

namespace marquee {

// doctor_checks.cc: what needs no server
Finding examine_settings(const Config& config);
Finding examine_data_dir(const Config& config);
Finding examine_disk_space(const Config& config);
Finding examine_database(const Config& config);
Finding examine_stream(const Config& config);
Finding examine_clock(const Config& config, const Clock& clock);
Finding examine_credentials(const Config& config);
// doctor_model.cc: what runs leave behind
Finding examine_model(const Config& config, Clock& clock);
// `served`: the run time of the model that the configured server serves, where one answers.
Finding examine_nightly_run(const Config& config, const Clock& clock,
                            std::optional<TimeMicros> served);
Finding examine_running_task(const Config& config);
// doctor_network.cc
std::optional<TimeMicros> served_run_time(const Config& config);
Finding examine_server(const Config& config);
Finding examine_endpoints(const Config& config);

}  // namespace marquee
