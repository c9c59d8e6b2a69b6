// The tasks without the lock, for whoever holds it already. Contracts as in tasks.h.
#pragma once

#include "pipeline/tasks.h"

namespace marquee {

Result<TaskReport> perform_validate(const RunContext& run);
Result<TaskReport> perform_extract_features(const RunContext& run);
Result<TaskReport> perform_train(const RunContext& run);
Result<TaskReport> perform_evaluate(const RunContext& run, const std::string& against = {});
Result<TaskReport> perform_deploy(const RunContext& run, bool force);

// With `server_optional`, no server at the configured address is recorded as skipped and succeeds.
Result<TaskReport> perform_reload(const RunContext& run, bool server_optional);

}  // namespace marquee
