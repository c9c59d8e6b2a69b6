#include "serving/reload_request.h"

#include <nlohmann/json.hpp>

namespace marquee::serving {
namespace {

constexpr std::string_view kMend =
    R"(send no body, or {"source": "production" | "data", "wait": true | false})";

std::unexpected<Problem> malformed(std::string detail) {
  return refuse(ProblemKind::kMalformedBody, std::move(detail), std::string(kMend));
}

Answer<ReloadSource> parse_source(const nlohmann::json& value) {
  if (value == "production") return ReloadSource::kProduction;
  if (value == "data") return ReloadSource::kData;
  return malformed(R"("source" must be "production" or "data")");
}

}  // namespace

Answer<ReloadRequest> parse_reload_request(std::string_view body) {
  ReloadRequest request;
  if (body.find_first_not_of(" \t\r\n") == body.npos) return request;
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return malformed("the body is not a JSON object");
  for (const auto& [key, value] : json.items()) {
    if (key == "source") {
      const auto source = parse_source(value);
      if (!source) return std::unexpected(source.error());
      request.source = *source;
    } else if (key == "wait") {
      if (!value.is_boolean()) return malformed(R"("wait" must be true or false)");
      request.wait = value.get<bool>();
    } else {
      return malformed(fmt::format("there is no field \"{}\"", key));
    }
  }
  return request;
}

}  // namespace marquee::serving
