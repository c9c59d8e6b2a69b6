// Requests to the server of this data dir.
#pragma once

#include <chrono>
#include <string>

#include "core/config.h"
#include "core/error.h"

namespace marquee {

struct HttpAnswer {
  long status = 0;
  std::string body;
};

// http://host:port of the configured server, as a client on this machine reaches it.
std::string server_url(const ServerOptions& server);

// kUnavailable: nobody listens there. kIo: the connection broke or took longer than `timeout`.
// Every HTTP status is an answer. Proxies of the environment are not used. Thread-safe.
Result<HttpAnswer> http_post(const std::string& url, const std::string& json,
                             std::chrono::milliseconds timeout);
Result<HttpAnswer> http_get(const std::string& url, std::chrono::milliseconds timeout);

}  // namespace marquee
