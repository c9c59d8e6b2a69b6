#include "core/timestamp.h"
#include "pipeline/tasks.h"

namespace marquee {
namespace {

// "20260301_020000" as "2026-03-01T02:00:00Z"; nullopt when it has another shape.
std::optional<std::string> spelled_out(std::string_view id) {
  if (id.size() != 15 || id[8] != '_') return std::nullopt;
  return fmt::format("{}-{}-{}T{}:{}:{}Z", id.substr(0, 4), id.substr(4, 2), id.substr(6, 2),
                     id.substr(9, 2), id.substr(11, 2), id.substr(13, 2));
}

// What Airflow calls a run: "scheduled__2026-03-01T02:00:00+00:00", "manual__…".
std::string_view without_prefix(std::string_view text) {
  const std::size_t mark = text.rfind("__");
  return mark == std::string_view::npos ? text : text.substr(mark + 2);
}

}  // namespace

std::string run_id_at(TimeMicros time) {
  const std::string text = format_timestamp(time);
  return fmt::format("{}{}{}_{}{}{}", text.substr(0, 4), text.substr(5, 2), text.substr(8, 2),
                     text.substr(11, 2), text.substr(14, 2), text.substr(17, 2));
}

Result<TimeMicros> run_time(std::string_view text) {
  const auto spelled = spelled_out(text);
  const auto time = parse_timestamp(spelled ? *spelled : without_prefix(text));
  if (!time)
    return fail(ErrorCode::kUsage, fmt::format("'{}' is no run id", text), "--run-id",
                "use YYYYMMDD_HHMMSS, as in 20260301_020000, or an ISO 8601 time");
  return *time;
}

Result<std::string> normalise_run_id(std::string_view text) {
  MARQUEE_ASSIGN(const TimeMicros time, run_time(text));
  return run_id_at(time);
}

std::string new_run_id(const Config& config, const Clock& clock) {
  TimeMicros time = clock.now();
  std::error_code ignored;
  while (std::filesystem::exists(config.data_dir / "runs" / run_id_at(time), ignored))
    time += kMicrosPerSecond;
  return run_id_at(time);
}

}  // namespace marquee
