#include "lake/offset_json.h"

namespace marquee::lake {

using nlohmann::json;

json to_json(const OffsetVector& offsets) {
  json list = json::array();
  for (const TopicOffset& offset : offsets)
    list.push_back({{"topic", offset.topic},
                    {"partition", offset.partition},
                    {"next_offset", offset.next_offset}});
  return list;
}

OffsetVector offsets_from_json(const json& list) {
  OffsetVector offsets;
  for (const json& offset : list)
    offsets.push_back({offset.at("topic").get<std::string>(),
                       offset.at("partition").get<std::int32_t>(),
                       offset.at("next_offset").get<std::int64_t>()});
  return offsets;
}

}  // namespace marquee::lake
