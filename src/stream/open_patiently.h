// Inside stream/ only.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/backoff.h"
#include "core/log.h"

namespace marquee {

// Calls `open(stop)` with pauses between until it gives something; null when a stop is requested
// first. Each failure goes to `note`; the log tells of `purpose` ("events are not applied") and the
// cause, once for as long as the same would mend it.
template <typename Open, typename Note>
auto open_patiently(const Open& open, const Note& note, std::string_view purpose, Clock& clock,
                    Backoff backoff, const std::stop_token& stop) ->
    typename decltype(open(stop))::value_type {
  std::optional<std::string> told;
  while (!stop.stop_requested()) {
    auto opened = open(stop);
    if (opened) {
      if (told) spdlog::info("the stream is there now");
      return std::move(*opened);
    }
    if (stop.stop_requested()) break;
    const Error& error = opened.error();
    note(error);
    if (told != error.mend) spdlog::warn("{}, will keep trying: {}", purpose, error.message());
    told = error.mend;
    backoff.wait(clock, stop);
  }
  return nullptr;
}

}  // namespace marquee
