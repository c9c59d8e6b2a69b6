#include <nlohmann/json.hpp>

#include "store/rating_store.h"

namespace marquee {

bool same_data(const Snapshot& a, const Snapshot& b) {
  return a.sequence == b.sequence && a.offsets == b.offsets &&
         a.catalogue_version == b.catalogue_version;
}

std::string to_json(const Snapshot& snapshot) {
  nlohmann::json offsets = nlohmann::json::array();
  for (const auto& offset : snapshot.offsets)
    offsets.push_back({{"topic", offset.topic},
                       {"partition", offset.partition},
                       {"next_offset", offset.next_offset}});
  nlohmann::json json = {{"sequence", snapshot.sequence},
                         {"rating_count", snapshot.rating_count},
                         {"accepted_events", snapshot.accepted_events},
                         {"dead_letters", snapshot.dead_letters},
                         {"offsets", offsets}};
  if (snapshot.manifest_version > 0) json["manifest_version"] = snapshot.manifest_version;
  if (!snapshot.catalogue_version.empty()) json["catalogue_version"] = snapshot.catalogue_version;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Snapshot> snapshot_from_json(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    Snapshot snapshot{.sequence = json.at("sequence").get<std::int64_t>(),
                      .rating_count = json.at("rating_count").get<std::int64_t>(),
                      .accepted_events = json.at("accepted_events").get<std::int64_t>(),
                      .dead_letters = json.at("dead_letters").get<std::int64_t>(),
                      .offsets = {},
                      .manifest_version = json.value("manifest_version", std::int64_t{0}),
                      .catalogue_version = json.value("catalogue_version", std::string())};
    for (const auto& offset : json.at("offsets"))
      snapshot.offsets.push_back({offset.at("topic").get<std::string>(),
                                  offset.at("partition").get<std::int32_t>(),
                                  offset.at("next_offset").get<std::int64_t>()});
    if (snapshot.sequence >= 0 && snapshot.rating_count >= 0) return snapshot;
  } catch (const nlohmann::json::exception&) {
    // Told below: what is wrong with a file that only this program writes is of no use to a person.
  }
  return fail(ErrorCode::kCorrupt, "the snapshot is not what this program writes", "snapshot.json",
              "remove the run's folder and start it again");
}

}  // namespace marquee
