// What the records of runs say of single users.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/rating.h"

namespace marquee {

// Findings in the records of a data dir's runs that name one of the users, as validate does when
// somebody rates at a rush.
std::int64_t count_in_records(const std::filesystem::path& data_dir, std::span<const UserId> users);
// Writes these records again without the names.
Status forget_in_records(const std::filesystem::path& data_dir, std::span<const UserId> users);

// Makes the runs whose models are named (hybrid_model_<run_id>) train again when somebody goes on
// with them, instead of deploying what they trained.
Status forget_training_of(const std::filesystem::path& data_dir,
                          std::span<const std::string> models);

}  // namespace marquee
