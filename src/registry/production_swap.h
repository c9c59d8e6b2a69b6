// Puts a file in the place of the production model, or leaves the old one there. Internal to
// registry/.
#pragma once

#include <filesystem>
#include <functional>

#include "core/error.h"

namespace marquee {

// Renames `incoming` over `production` durably, then calls `record` (the history's line). When
// either fails, the old production file is put back and the failure returned. A crash in between
// leaves the new file without its record.
Status swap_production(const std::filesystem::path& incoming,
                       const std::filesystem::path& production,
                       const std::function<Status()>& record);

// What a killed swap or copy may have left in the folder; only to be called while no other can be
// under way.
void remove_swap_leftovers(const std::filesystem::path& production);

Status copy_durably(const std::filesystem::path& from, const std::filesystem::path& to);

// Where a model is copied to before it becomes production; in the same folder, so that a rename
// suffices.
std::filesystem::path incoming_path(const std::filesystem::path& production);

}  // namespace marquee
