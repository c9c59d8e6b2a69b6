#include "serving/service.h"

namespace marquee::serving {
namespace {

ApiOptions api_options(const Config& config) {
  return {.top_n = static_cast<int>(config.model.top_n),
          .max_body_bytes = static_cast<std::size_t>(config.server.max_body_bytes),
          .events = config.events};
}

}  // namespace

Service::Service(const Config& config, ServiceParts parts)
    : config_(config),
      reloader_(slot_, metrics_, std::move(parts.models), parts.clock),
      intake_(parts.events),
      api_(slot_, reloader_, intake_, std::move(parts.store), metrics_, parts.clock,
           api_options(config)) {}

Service::~Service() = default;

void Service::load_first_model(Reloader::Done done) {
  const auto queued = reloader_.submit(ReloadSource::kProduction, done);
  if (!queued)
    done({.state = ReloadState::kFailed,
          .old_version = {},
          .new_version = {},
          .error = queued.error()});
}

Status Service::reload() {
  MARQUEE_TRY(reloader_.submit(ReloadSource::kProduction, {}));
  return {};
}

Status Service::listen(ListeningSocket socket) {
  const HttpOptions options{
      .threads = static_cast<int>(config_.server.threads),
      .max_body_bytes = static_cast<std::size_t>(config_.server.max_body_bytes)};
  MARQUEE_ASSIGN(http_, HttpServer::start(std::move(socket), api_, options));
  return {};
}

bool Service::stop(std::chrono::milliseconds patience) {
  reloader_.stop();
  return http_ == nullptr || http_->stop(patience);
}

}  // namespace marquee::serving
