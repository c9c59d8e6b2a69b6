#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "core/timestamp.h"
#include "dynamodb/feature_tables.h"
#include "objects/object_store.h"
#include "pipeline/doctor_checks.h"
#include "pipeline/http_client.h"
#include "pipeline/run_data.h"

namespace marquee {
namespace {

constexpr std::chrono::seconds kPatience{3};

// 0 when the port can be had, else the errno of why not.
int try_to_bind(const ServerOptions& server) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(server.port));
  if (::inet_pton(AF_INET, server.host.c_str(), &address.sin_addr) != 1)
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno;
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const int rc = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error_number = rc == 0 ? 0 : errno;
  ::close(socket);
  return error_number;
}

bool speaks_marquee(const HttpAnswer& answer) {
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  return body.is_object() && body.contains("status");
}

}  // namespace

std::optional<TimeMicros> served_run_time(const Config& config) {
  const auto answer = http_get(server_url(config.server) + "/health", kPatience);
  if (!answer) return std::nullopt;
  const auto body = nlohmann::json::parse(answer->body, nullptr, false);
  if (!body.is_object() || !body.contains("model") || !body["model"].is_object())
    return std::nullopt;
  const auto trained = body["model"].find("trained_at");
  if (trained == body["model"].end() || !trained->is_string()) return std::nullopt;
  return parse_timestamp(trained->get<std::string>());
}

Finding examine_server(const Config& config) {
  const std::string url = server_url(config.server);
  const auto answer = http_get(url + "/health", kPatience);
  if (answer && speaks_marquee(*answer))
    return {"server", Health::kOk, fmt::format("a server answers at {} ({})", url, answer->status),
            ""};
  const std::string other_port = "stop what listens there, or set another server.port";
  if (answer || answer.error().code != ErrorCode::kUnavailable)
    return {"server", Health::kFail, "something that is not Marquee listens at " + url, other_port};
  const int error_number = try_to_bind(config.server);
  if (error_number == 0)
    return {"server", Health::kOk, "none runs; " + url + " is free for one", ""};
  const Error error = os_error(error_number, "the port cannot be had", url);
  return {"server", Health::kFail, error.message(), other_port};
}

// The lake and the tables are opened as a consumer would: endpoint, bucket and keys in one.
Finding examine_endpoints(const Config& config) {
  if (config.storage.mode == "embedded")
    return {"endpoints", Health::kOk, "none needed: ratings and features lie in the data dir", ""};
  const auto lake = open_object_store(config);
  if (!lake) return {"endpoints", Health::kFail, lake.error().what, lake.error().mend};
  const auto tables = open_feature_tables(config);
  if (!tables) return {"endpoints", Health::kFail, tables.error().what, tables.error().mend};
  return {"endpoints", Health::kOk, (*lake)->name() + " and the feature tables answer", ""};
}

}  // namespace marquee
