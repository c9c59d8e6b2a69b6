#include "core/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/log.h"

namespace marquee {
namespace {

constexpr TimeMicros kSilence = 2 * kMicrosPerSecond;
constexpr TimeMicros kBarInterval = kMicrosPerSecond / 10;
constexpr TimeMicros kLineInterval = 10 * kMicrosPerSecond;
constexpr int kBarWidth = 30;
constexpr const char* kWipe = "\r\x1b[K";

const SystemClock& system_clock() {
  static const SystemClock clock;
  return clock;
}

ProgressBar::Style style_of_standard_error(bool quiet) {
  if (quiet) return ProgressBar::Style::kNone;
  return ::isatty(STDERR_FILENO) != 0 ? ProgressBar::Style::kBar : ProgressBar::Style::kLines;
}

ProgressBar::Write writer_for(ProgressBar::Style style) {
  if (style == ProgressBar::Style::kLines)
    return [](const std::string& line) { spdlog::info(line); };
  return [](const std::string& text) {
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
  };
}

std::string bar(std::string_view step, double share) {
  const int filled = static_cast<int>(share * kBarWidth);
  return fmt::format("{}[{:#<{}}{:.<{}}] {:3.0f} % {}", kWipe, "", filled, "", kBarWidth - filled,
                     share * 100, step);
}

}  // namespace

ProgressBar::ProgressBar(bool quiet)
    : ProgressBar(style_of_standard_error(quiet), system_clock(),
                  writer_for(style_of_standard_error(quiet))) {}

ProgressBar::ProgressBar(Style style, const Clock& clock, Write write)
    : style_(style), clock_(clock), write_(std::move(write)), start_(clock.now()) {}

ProgressBar::~ProgressBar() {
  if (style_ == Style::kBar && shown_at_ != kUnknownTime) write_(kWipe);
}

bool ProgressBar::due(TimeMicros now) const {
  if (now - start_ < kSilence) return false;
  if (shown_at_ == kUnknownTime) return true;
  return now - shown_at_ >= (style_ == Style::kBar ? kBarInterval : kLineInterval);
}

void ProgressBar::update(std::string_view step, double share) {
  if (style_ == Style::kNone) return;
  const std::lock_guard lock(mutex_);
  const TimeMicros now = clock_.now();
  if (!due(now)) return;
  shown_at_ = now;
  share = std::clamp(share, 0.0, 1.0);
  write_(style_ == Style::kBar ? bar(step, share)
                               : fmt::format("{:.0f} % done: {}", share * 100, step));
}

}  // namespace marquee
