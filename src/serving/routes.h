// Which paths the API answers, to which methods.
#pragma once

#include <array>
#include <string_view>

#include "serving/http_message.h"
#include "serving/target.h"

namespace marquee::serving {

enum class Endpoint {
  kRecommend,
  kInternalRecommend,
  kSimilar,
  kProfile,
  kEvents,
  kReload,
  kReloadStatus,
  kHealth,
  kMetrics,
  kNone,  // no path of ours
};
inline constexpr int kEndpointCount = static_cast<int>(Endpoint::kNone) + 1;

// The path as the documentation writes it ("/recommend/{user_id}"); labels the metrics, too.
std::string_view pattern_of(Endpoint endpoint);

struct Route {
  Endpoint endpoint = Endpoint::kNone;
  std::string_view id;  // the segment in braces, if any; a view into the target
};
Route find_route(const Target& target);

// GET endpoints answer HEAD, too.
bool allows(Endpoint endpoint, Method method);
std::string_view allowed_methods(Endpoint endpoint);  // for the Allow header

}  // namespace marquee::serving
