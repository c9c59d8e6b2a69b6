#include "lake/feature_nights.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "lake/offset_json.h"

namespace marquee {
namespace {

using nlohmann::json;

constexpr int kNightsSchema = 1;
constexpr int kAttempts = 50;  // each lost one is another night's success

struct NightAtWork {
  NightWriter night;
  OffsetVector offsets;
};

struct Nights {
  OffsetVector removed;  // increments below these may be gone
  std::vector<NightAtWork> at_work;
};

std::string to_text(const Nights& nights) {
  json at_work = json::array();
  for (const NightAtWork& one : nights.at_work)
    at_work.push_back({{"name", one.night.name},
                       {"place", one.night.place},
                       {"begun", one.night.begun},
                       {"offsets", lake::to_json(one.offsets)}});
  const json object = {{"schema", kNightsSchema},
                       {"removed", lake::to_json(nights.removed)},
                       {"at_work", std::move(at_work)}};
  return object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Nights> nights_from(std::string_view text, const std::string& where) {
  try {
    const json object = json::parse(text);
    Nights nights{.removed = lake::offsets_from_json(object.at("removed")), .at_work = {}};
    for (const json& one : object.at("at_work"))
      nights.at_work.push_back({{.name = one.at("name").get<std::string>(),
                                 .place = one.at("place").get<std::string>(),
                                 .begun = one.at("begun").get<TimeMicros>()},
                                lake::offsets_from_json(one.at("offsets"))});
    if (object.at("schema") == kNightsSchema) return nights;
  } catch (const json::exception&) {
    // Told below.
  }
  return fail(ErrorCode::kCorrupt, "the list of nights is not what this program writes", where,
              "remove it while no night is at work, and run the next one");
}

OffsetVector of_streams(OffsetVector offsets) {
  std::erase_if(offsets, [](const TopicOffset& offset) { return is_import(offset.topic); });
  return normalised(std::move(offsets));
}

// What lies below both.
OffsetVector below_both(OffsetVector a, const OffsetVector& b) {
  for (TopicOffset& offset : a)
    offset.next_offset = std::min(offset.next_offset, offset_of(b, offset.topic, offset.partition));
  return normalised(std::move(a));
}

NightAtWork* find(Nights& nights, const NightWriter& night) {
  const auto found = std::ranges::find(nights.at_work, night.name,
                                       [](const NightAtWork& one) { return one.night.name; });
  return found == nights.at_work.end() ? nullptr : &*found;
}

// Until nobody else was faster. `change` gives whether there is anything to put, and may be called
// again on what somebody else left.
Status change_nights(ObjectStore& store, const std::function<bool(Nights&)>& change) {
  for (int attempt = 1;; ++attempt) {
    auto object = store.get_versioned(kNightsKey);
    if (!object && object.error().code != ErrorCode::kNotFound)
      return std::unexpected(std::move(object.error()));
    Nights nights;
    if (object) {
      MARQUEE_ASSIGN(nights,
                     nights_from(object->bytes, store.name() + "/" + std::string(kNightsKey)));
    }
    if (!change(nights)) return {};
    auto put = store.put_if(kNightsKey, to_text(nights), object ? object->version : "");
    if (put) return {};
    if (put.error().code != ErrorCode::kConflict || attempt == kAttempts)
      return std::unexpected(std::move(put.error()));
  }
}

}  // namespace

Result<bool> begin_night(ObjectStore& store, const NightWriter& night,
                         const OffsetVector& offsets) {
  const OffsetVector streams = of_streams(offsets);
  bool begun = false;
  MARQUEE_TRY(change_nights(store, [&](Nights& nights) {
    begun = covers(streams, nights.removed);
    if (!begun) return false;
    std::erase_if(nights.at_work, [&](const NightAtWork& other) {
      return other.night.place == night.place || night.begun - other.night.begun > kLongestNight;
    });
    nights.at_work.push_back({night, streams});
    return true;
  }));
  return begun;
}

Result<OffsetVector> agree_on_removal(ObjectStore& store, const NightWriter& night) {
  OffsetVector agreed;
  MARQUEE_TRY(change_nights(store, [&](Nights& nights) {
    const NightAtWork* own = find(nights, night);
    agreed = own == nullptr ? OffsetVector{} : own->offsets;
    for (const NightAtWork& one : nights.at_work) agreed = below_both(agreed, one.offsets);
    nights.removed = united(nights.removed, agreed);
    return !agreed.empty();
  }));
  return agreed;
}

Status end_night(ObjectStore& store, const NightWriter& night) {
  return change_nights(store, [&](Nights& nights) {
    return std::erase_if(nights.at_work,
                         [&](const NightAtWork& one) { return one.night.name == night.name; }) > 0;
  });
}

}  // namespace marquee
