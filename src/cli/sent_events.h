// What `marquee produce` has sent, and where it lies in the stream.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "stream/event_stream.h"

namespace marquee::cli {

struct SentEvents {
  struct Range {
    std::int64_t events = 0;
    std::int64_t first = 0, last = 0;  // offsets; others may have sent events in between
  };
  std::int64_t events = 0;
  std::int64_t own = 0;                      // of the user that was asked for
  std::map<std::int32_t, Range> partitions;  // by number, those that got any

  // Events that were sent to one topic.
  void add(std::span<const StreamPosition> positions);

  // For a person: "offsets 0 to 99", and where there are several partitions "partition 0: offsets 0
  // to 30, partition 1: …".
  std::string places() const;

  // {"events", "partitions": [{"partition", "events", "first_offset", "last_offset"}]}, and where
  // one partition got all of them also its "partition", "first_offset" and "last_offset".
  nlohmann::json to_json() const;
};

}  // namespace marquee::cli
