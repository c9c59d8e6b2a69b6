// Tells a person on standard error how far a long piece of work is.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace marquee {

// Says nothing during the first two seconds, so short work stays silent. Then it redraws a bar on a
// terminal, or logs a line every ten seconds elsewhere. Destroying it wipes the bar. Thread-safe.
class ProgressBar {
 public:
  enum class Style { kNone, kBar, kLines };
  using Write = std::function<void(const std::string&)>;

  // On standard error, in the style that suits it; kNone when `quiet`.
  explicit ProgressBar(bool quiet = false);
  // `clock` must outlive the bar. `write` is given a redrawn bar ("\r…") or one line without its
  // end.
  ProgressBar(Style style, const Clock& clock, Write write);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  // `step` names what is being done ("reading ratings"); `share` of it is done, clamped to 0 … 1.
  // Cheap enough for every thousandth row.
  void update(std::string_view step, double share);

 private:
  bool due(TimeMicros now) const;

  const Style style_;
  const Clock& clock_;
  const Write write_;
  const TimeMicros start_;
  std::mutex mutex_;
  TimeMicros shown_at_ = kUnknownTime;  // unknown: nothing was shown yet
};

}  // namespace marquee
