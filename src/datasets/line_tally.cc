#include "datasets/line_tally.h"

#include <fmt/format.h>

#include <algorithm>

namespace marquee {
namespace {

constexpr std::size_t kKeptBadLines = 100;
constexpr std::size_t kToldBadLines = 3;

}  // namespace

void LineTally::add_bad(std::int64_t line, std::string reason) {
  ++lines_;
  ++bad_lines_;
  if (first_.size() < kKeptBadLines) first_.push_back({file_, line, std::move(reason)});
}

Status LineTally::close(double max_share) {
  dataset_.line_count += lines_;
  dataset_.bad_line_count += bad_lines_;
  const auto room = kKeptBadLines - std::min(kKeptBadLines, dataset_.bad_lines.size());
  const auto kept = std::min(room, first_.size());
  dataset_.bad_lines.insert(dataset_.bad_lines.end(), first_.begin(), first_.begin() + kept);
  if (static_cast<double>(bad_lines_) <= max_share * static_cast<double>(lines_)) return {};
  std::string told;
  for (std::size_t i = 0; i < std::min(kToldBadLines, first_.size()); ++i)
    told += fmt::format("{}line {}: {}", i == 0 ? "" : "; ", first_[i].line, first_[i].reason);
  return fail(
      ErrorCode::kUnfit,
      fmt::format("{} of {} lines are bad, nothing was taken: {}", bad_lines_, lines_, told),
      fmt::format("{}:{}", file_, first_.front().line),
      fmt::format("mend them, or allow more than {:.3g} of the lines to be bad with "
                  "--set import.max_bad_share=…",
                  max_share));
}

}  // namespace marquee
