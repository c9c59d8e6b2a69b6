// Who replaced which production model and why: one JSON object a line, oldest first, only ever
// appended to. See docs/formats/registry.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/rating.h"

namespace marquee {

struct HistoryLine {
  TimeMicros time = 0;
  std::string action;    // deploy, rollback, prune; found: production was changed without a line
  std::string model;     // its name
  std::string checksum;  // 16 hex digits
  std::string replaced;  // the name before, or empty
  std::string reason;
  std::string run_id;
};

// Oldest first; none when there is no file. A line that cannot be read (torn by a power cut, edited
// by hand) is left out with a warning: a damaged history must not keep a model from being deployed.
Result<std::vector<HistoryLine>> read_history(const std::filesystem::path& path);

// Durable once it returns. A torn last line is ended first.
Status append_history(const std::filesystem::path& path, const HistoryLine& line);

// The way to the present production model: the last line is the present one, the line before it
// what a rollback brings back. A deployment adds to it, a rollback takes its last away.
std::vector<HistoryLine> production_line(const std::vector<HistoryLine>& history);

}  // namespace marquee
