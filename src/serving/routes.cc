#include "serving/routes.h"

namespace marquee::serving {
namespace {

constexpr std::string_view kId = "{}";

struct Path {
  Endpoint endpoint;
  std::string_view pattern;
  std::size_t length;
  std::array<std::string_view, 3> segments;
};

// The most asked for stands first.
constexpr std::array<Path, 10> kPaths = {{
    {Endpoint::kRecommend, "/recommend/{user_id}", 2, {"recommend", kId}},
    {Endpoint::kInternalRecommend,
     "/internal/recommend/{user_id}",
     3,
     {"internal", "recommend", kId}},
    {Endpoint::kSimilar, "/movie/{movie_id}/similar", 3, {"movie", kId, "similar"}},
    {Endpoint::kProfile, "/user/{user_id}/profile", 3, {"user", kId, "profile"}},
    {Endpoint::kEvents, "/events", 1, {"events"}},
    {Endpoint::kReload, "/reload", 1, {"reload"}},
    {Endpoint::kReloadStatus, "/reload/status/{id}", 3, {"reload", "status", kId}},
    {Endpoint::kHealth, "/health", 1, {"health"}},
    {Endpoint::kMetrics, "/metrics", 1, {"metrics"}},
    {Endpoint::kHealth, "/", 0, {}},
}};

bool is_post(Endpoint endpoint) {
  return endpoint == Endpoint::kEvents || endpoint == Endpoint::kReload;
}

bool matches(const Path& path, const Target& target, std::string_view& id) {
  if (path.length != target.segments.size()) return false;
  for (std::size_t i = 0; i < path.length; ++i) {
    if (path.segments[i] == kId)
      id = target.segments[i];
    else if (path.segments[i] != target.segments[i])
      return false;
  }
  return true;
}

}  // namespace

std::string_view pattern_of(Endpoint endpoint) {
  for (const Path& path : kPaths)
    if (path.endpoint == endpoint) return path.pattern;
  return "none";
}

Route find_route(const Target& target) {
  Route route;
  for (const Path& path : kPaths)
    if (matches(path, target, route.id)) return {path.endpoint, route.id};
  return {};
}

bool allows(Endpoint endpoint, Method method) {
  if (is_post(endpoint)) return method == Method::kPost;
  return method == Method::kGet || method == Method::kHead;
}

std::string_view allowed_methods(Endpoint endpoint) {
  return is_post(endpoint) ? "POST" : "GET, HEAD";
}

}  // namespace marquee::serving
