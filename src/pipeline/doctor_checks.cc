#include "pipeline/doctor_checks.h"

#include <cstdlib>

#include "core/durable_file.h"
#include "core/timestamp.h"
#include "lake/rating_manifest.h"
#include "objects/object_store.h"
#include "pipeline/run_data.h"
#include "pipeline/schedule.h"
#include "pipeline/tasks.h"
#include "stream/event_stream.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLittleSpace = std::uintmax_t{1} << 30;
constexpr std::uintmax_t kTooLittleSpace = std::uintmax_t{100} << 20;
constexpr TimeMicros kDay = 86'400 * kMicrosPerSecond;
// 2025-01-01: before this program was written, so a clock that says less is wrong.
constexpr TimeMicros kProgramIsYoungerThan = 1'735'689'600 * kMicrosPerSecond;

Finding failed(std::string subject, const Error& error) {
  return {std::move(subject), Health::kFail,
          error.where.empty() ? error.what : error.what + " (" + error.where + ")", error.mend};
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

fs::path nearest_existing(fs::path path) {
  path = fs::absolute(path);
  while (!is_there(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

Finding examine_settings(const Config& config) {
  const auto schedule = Schedule::create(config.schedule);
  if (!schedule) return failed("settings", schedule.error());
  if (config.model.cf_weight == 0 && config.model.content_weight == 0)
    return {"settings", Health::kFail, "every part of the model has weight 0",
            "set model.cf_weight or model.content_weight above 0"};
  return {"settings", Health::kOk,
          fmt::format("{} keys understood; runs at '{}' in {}", config_entries(config).size(),
                      config.schedule.cron, config.schedule.timezone),
          ""};
}

Finding examine_data_dir(const Config& config) {
  const std::string dir = config.data_dir.string();
  if (!is_there(config.data_dir))
    return {"data dir", Health::kWarn, dir + " does not exist yet",
            "marquee import --ratings FILE --movies FILE makes and fills it"};
  const fs::path probe = config.data_dir / ".doctor-probe";
  const Status written = write_file_durably(probe, "probe");
  std::error_code ignored;
  fs::remove(probe, ignored);
  if (!written) return failed("data dir", written.error());
  return {"data dir", Health::kOk, dir + " is there and can be written", ""};
}

Finding examine_disk_space(const Config& config) {
  std::error_code error;
  const fs::path where = nearest_existing(config.data_dir);
  const auto space = fs::space(where, error);
  if (error)
    return {"disk space", Health::kWarn, "cannot be told: " + error.message(),
            "check " + where.string()};
  const std::string detail =
      fmt::format("{} MiB free at {}", space.available >> 20, where.string());
  const std::string mend = "free space there, or choose another --data-dir";
  if (space.available < kTooLittleSpace) return {"disk space", Health::kFail, detail, mend};
  if (space.available < kLittleSpace) return {"disk space", Health::kWarn, detail, mend};
  return {"disk space", Health::kOk, detail, ""};
}

namespace {

// Where the database would lie, were it not for storage.mode aws.
Finding examine_lake(const Config& config) {
  const auto lake = open_object_store(config);
  if (!lake) return failed("lake", lake.error());
  const auto compacted = present_manifest(**lake);
  if (!compacted) return failed("lake", compacted.error());
  const RatingManifest& manifest = compacted->manifest;
  if (manifest.version == 0)
    return {"lake", Health::kWarn, "nothing was compacted yet",
            "marquee import, or marquee produce and consume; then marquee pipeline run"};
  return {"lake", Health::kOk,
          fmt::format("{} ratings of {} events in version {} of silver/ratings", manifest.rows,
                      manifest.events, manifest.version),
          ""};
}

}  // namespace

Finding examine_database(const Config& config) {
  if (config.storage.mode != "embedded") return examine_lake(config);
  auto store = RatingStore::open(config.data_dir, sqlite::Access::kReadOnly);
  if (!store && store.error().code == ErrorCode::kNotFound)
    return {"database", Health::kWarn, "there is none yet",
            "marquee import --ratings FILE --movies FILE"};
  if (!store) return failed("database", store.error());
  const auto snapshot = store->snapshot();
  if (!snapshot) return failed("database", snapshot.error());
  if (snapshot->rating_count == 0)
    return {"database", Health::kWarn, "it holds no ratings",
            "marquee import, or marquee produce and consume"};
  return {"database", Health::kOk,
          fmt::format("{} ratings, {} events accepted, {} dead letters", snapshot->rating_count,
                      snapshot->accepted_events, snapshot->dead_letters),
          ""};
}

Finding examine_stream(const Config& config) {
  const bool journal = config.stream.kind == "journal";
  if (journal && !is_there(config.data_dir))
    return {"journal", Health::kWarn, "there is none yet", "marquee produce --count 100"};
  const auto progress = stream_progress(config);
  if (!progress) return failed(config.stream.kind, progress.error());
  if (journal) return {"journal", Health::kOk, "it can be read", ""};
  if (progress->empty())
    return {
        "kafka", Health::kWarn,
        fmt::format("{} answers, but has no topic {}", config.kafka.brokers, config.kafka.topic),
        "marquee produce --count 100"};
  return {"kafka", Health::kOk,
          fmt::format("{} answers; {} partitions", config.kafka.brokers, progress->size()), ""};
}

Finding examine_clock(const Config& config, const Clock& clock) {
  const TimeMicros now = clock.now();
  const std::string shown = format_timestamp(now / kMicrosPerSecond * kMicrosPerSecond);
  const std::string mend = "set the clock, and keep it with NTP (timedatectl set-ntp true)";
  if (now < kProgramIsYoungerThan) return {"clock", Health::kFail, "it says " + shown, mend};
  const auto runs = all_runs(config.data_dir);
  if (!runs.empty() && runs.back().run_id() > run_id_at(now + kDay))
    return {"clock", Health::kWarn,
            fmt::format("it says {}, but run {} is newer", shown, runs.back().run_id()), mend};
  return {"clock", Health::kOk, "it says " + shown, ""};
}

Finding examine_credentials(const Config& config) {
  if (config.storage.mode != "aws")
    return {"credentials", Health::kOk, "none needed with storage.mode=embedded", ""};
  if (std::getenv("AWS_ACCESS_KEY_ID") != nullptr &&
      std::getenv("AWS_SECRET_ACCESS_KEY") != nullptr)
    return {"credentials", Health::kOk, "from the environment", ""};
  const char* file = std::getenv("AWS_SHARED_CREDENTIALS_FILE");
  const char* home = std::getenv("HOME");
  const fs::path path = file != nullptr
                            ? fs::path(file)
                            : fs::path(home != nullptr ? home : "/") / ".aws/credentials";
  if (is_there(path)) return {"credentials", Health::kOk, "from " + path.string(), ""};
  return {"credentials", Health::kFail, "no AWS credentials are set",
          "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write " + path.string()};
}

}  // namespace marquee
