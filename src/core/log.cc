#include "core/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <nlohmann/json.hpp>

namespace marquee {
namespace {

// One JSON object a line. nlohmann escapes the text, which a pattern string could not.
class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& msg, spdlog::memory_buf_t& out) override {
    const auto level = spdlog::level::to_string_view(msg.level);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(
                            msg.time.time_since_epoch()).count();
    const nlohmann::json line = {{"ts", micros},
                                 {"level", std::string(level.data(), level.size())},
                                 {"msg", std::string(msg.payload.data(), msg.payload.size())}};
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    out.append(text.data(), text.data() + text.size());
    out.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonLines>();
  }
};

}  // namespace

Status configure_log(const LogOptions& options) {
  const auto level = spdlog::level::from_str(options.level);
  if (level == spdlog::level::off && options.level != "off")
    return fail(ErrorCode::kUsage, "unknown log level '" + options.level + "'", "log.level",
                "use trace, debug, info, warn, error or off");
  auto logger = std::make_shared<spdlog::logger>(
      "marquee", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  if (options.format == "json")
    logger->set_formatter(std::make_unique<JsonLines>());
  else
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

}  // namespace marquee
