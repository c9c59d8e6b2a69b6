// Offset vectors inside the lake's JSON objects. Internal to lake/.
#pragma once

#include <nlohmann/json.hpp>

#include "lake/rating_manifest.h"

namespace marquee::lake {

nlohmann::json to_json(const OffsetVector& offsets);
// Throws nlohmann::json::exception when it is not what to_json() gives.
OffsetVector offsets_from_json(const nlohmann::json& list);

}  // namespace marquee::lake
