#include "pipeline/scheduler.h"

#include <nlohmann/json.hpp>

#include "core/log.h"
#include "core/timestamp.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

// A due instant this far ahead was written by a clock that was wrong: waiting for it could take
// years.
constexpr TimeMicros kClockMistake = 2 * 86'400 * kMicrosPerSecond;
constexpr TimeMicros kRetryAfter = 60 * kMicrosPerSecond;

fs::path state_path(const fs::path& data_dir) {
  return data_dir / "runs" / "schedule.json";
}

Status write_state(const fs::path& data_dir, const SchedulerState& state) {
  const nlohmann::json json = {{"last_due", format_timestamp(state.last_due)},
                               {"attempts", state.attempts},
                               {"finished", state.finished},
                               {"outcome", state.outcome}};
  return write_file_durably(
      state_path(data_dir),
      json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::optional<SchedulerState> parse_state(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto due = json.find("last_due"), attempts = json.find("attempts");
  const auto finished = json.find("finished"), outcome = json.find("outcome");
  if (due == json.end() || attempts == json.end() || finished == json.end() ||
      outcome == json.end() || !due->is_string() || !attempts->is_number_integer() ||
      !finished->is_boolean() || !outcome->is_string())
    return std::nullopt;
  const auto time = parse_timestamp(due->get_ref<const std::string&>());
  if (!time) return std::nullopt;
  return SchedulerState{*time, attempts->get<int>(), finished->get<bool>(),
                        outcome->get<std::string>()};
}

}  // namespace

Result<SchedulerState> read_scheduler_state(const fs::path& data_dir) {
  MARQUEE_ASSIGN(const std::string text, read_file(state_path(data_dir)));
  const auto state = parse_state(text);
  if (!state)
    return fail(ErrorCode::kCorrupt, "the scheduler's state cannot be understood",
                state_path(data_dir).string(),
                "delete the file: the next due time is then the first");
  return *state;
}

Result<Scheduler> Scheduler::create(const Config& config, Clock& clock, Job job) {
  MARQUEE_ASSIGN(Schedule schedule, Schedule::create(config.schedule));
  MARQUEE_TRY(make_folders(config.data_dir / "runs"));
  auto lock = FileLock::try_acquire(config.data_dir / "runs" / "scheduler.lock");
  if (!lock && lock.error().code == ErrorCode::kUnavailable)
    return fail(ErrorCode::kUnavailable, "another scheduler runs for this data dir",
                config.data_dir.string(),
                "stop it (marquee pipeline schedule, or serve --with-scheduler) or use another "
                "--data-dir");
  if (!lock) return std::unexpected(std::move(lock.error()));
  return Scheduler(std::move(*lock), config.data_dir, clock, std::move(schedule), std::move(job));
}

Scheduler::Scheduler(FileLock lock, fs::path data_dir, Clock& clock, Schedule schedule, Job job)
    : lock_(std::move(lock)),
      data_dir_(std::move(data_dir)),
      clock_(&clock),
      schedule_(std::move(schedule)),
      job_(std::move(job)) {}

Result<SchedulerState> Scheduler::state_now() const {
  const TimeMicros now = clock_->now();
  auto state = read_scheduler_state(data_dir_);
  if (state && state->last_due <= now + kClockMistake) return state;
  if (!state && state.error().code == ErrorCode::kIo) return state;
  if (!state && state.error().code == ErrorCode::kCorrupt)
    spdlog::warn("{}; starting afresh", state.error().message());
  if (state)
    spdlog::warn(
        "the last run was due at {}, which is in the future: the clock was set back; starting "
        "afresh",
        format_timestamp(state->last_due));
  // Nothing is known of the past: runs begin with the next due time.
  const SchedulerState fresh{now, 0, true, "watching since then"};
  MARQUEE_TRY(write_state(data_dir_, fresh));
  return fresh;
}

std::optional<SchedulerState> Scheduler::due_now(const SchedulerState& state) const {
  if (const auto due = schedule_.latest_between(state.last_due, clock_->now()))
    return SchedulerState{*due, 1, false, "running"};
  if (state.finished || state.attempts >= kMaxAttempts) return std::nullopt;
  return SchedulerState{state.last_due, state.attempts + 1, false, "running"};
}

Status Scheduler::start_job(SchedulerState state, std::stop_token stop) {
  MARQUEE_TRY(write_state(data_dir_, state));
  spdlog::info("the run due at {} starts", format_timestamp(state.last_due));
  const Status status = job_(state.last_due, stop);
  if (!status)
    spdlog::error("the run due at {}: {}", format_timestamp(state.last_due),
                  status.error().message());
  if (!status && stop.stop_requested()) return {};
  state.finished = true;
  state.outcome = status ? "done" : status.error().message();
  return write_state(data_dir_, state);
}

Result<TimeMicros> Scheduler::run_due(std::stop_token stop) {
  MARQUEE_ASSIGN(const SchedulerState state, state_now());
  const auto due = due_now(state);
  if (due) MARQUEE_TRY(start_job(*due, stop));
  // May lie in the past, when the job ran past it: it is then run at once.
  return schedule_.next_after(due ? due->last_due : state.last_due);
}

void Scheduler::run(std::stop_token stop) {
  TimeMicros announced = 0;
  while (!stop.stop_requested()) {
    const auto next = run_due(stop);
    if (!next) spdlog::error("the scheduler tries again in a minute: {}", next.error().message());
    if (next && *next != announced) {
      announced = *next;
      spdlog::info("the next run is due at {}", format_timestamp(*next));
    }
    clock_->sleep_until(next ? *next : clock_->now() + kRetryAfter, stop);
  }
}

}  // namespace marquee
