#include "cli/sent_events.h"

#include <fmt/ranges.h>

namespace marquee::cli {

void SentEvents::add(std::span<const StreamPosition> positions) {
  for (const StreamPosition& position : positions) {
    const auto [entry, first] =
        partitions.try_emplace(position.partition, Range{0, position.offset, position.offset});
    Range& range = entry->second;
    ++range.events;
    range.first = std::min(range.first, position.offset);
    range.last = std::max(range.last, position.offset);
  }
  events += std::ssize(positions);
}

std::string SentEvents::places() const {
  std::vector<std::string> texts;
  for (const auto& [partition, range] : partitions) {
    const std::string offsets = fmt::format("offsets {} to {}", range.first, range.last);
    texts.push_back(partitions.size() == 1 ? offsets
                                           : fmt::format("partition {}: {}", partition, offsets));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

nlohmann::json SentEvents::to_json() const {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [partition, range] : partitions)
    list.push_back({{"partition", partition},
                    {"events", range.events},
                    {"first_offset", range.first},
                    {"last_offset", range.last}});
  nlohmann::json json = {{"events", events}, {"partitions", list}};
  if (list.size() != 1) return json;
  for (const char* field : {"partition", "first_offset", "last_offset"})
    json[field] = list[0][field];
  return json;
}

}  // namespace marquee::cli
