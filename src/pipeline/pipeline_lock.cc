#include "pipeline/pipeline_lock.h"

#include <unistd.h>

#include "core/log.h"
#include "core/timestamp.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr TimeMicros kPollEvery = kMicrosPerSecond / 5;

fs::path lock_path(const fs::path& data_dir) {
  return data_dir / "runs" / "pipeline.lock";
}
fs::path holder_path(const fs::path& data_dir) {
  return data_dir / "runs" / "pipeline.holder";
}

std::string last_holder(const fs::path& data_dir) {
  const auto text = read_file(holder_path(data_dir));
  return text ? text->substr(0, text->find('\n')) : "another process";
}

std::unexpected<Error> refused(const LockRequest& request) {
  return fail(ErrorCode::kUnavailable,
              "another run holds the pipeline lock: " + last_holder(request.data_dir),
              lock_path(request.data_dir).string(), "let it end first, or pass --wait");
}

Status write_holder(const LockRequest& request, const Clock& clock) {
  const TimeMicros second = clock.now() / kMicrosPerSecond * kMicrosPerSecond;
  return write_file_durably(holder_path(request.data_dir),
                            fmt::format("{} of run {}, process {}, since {}\n", request.task,
                                        request.run_id, ::getpid(), format_timestamp(second)));
}

}  // namespace

Result<PipelineLock> PipelineLock::acquire(const LockRequest& request, Clock& clock) {
  MARQUEE_TRY(make_folders(request.data_dir / "runs"));
  for (bool told = false;; told = true) {
    auto lock = FileLock::try_acquire(lock_path(request.data_dir));
    if (lock) {
      MARQUEE_TRY(write_holder(request, clock));
      return PipelineLock(std::move(*lock));
    }
    if (lock.error().code != ErrorCode::kUnavailable)
      return std::unexpected(std::move(lock.error()));
    if (request.wait && !told) spdlog::info("waiting for {}", last_holder(request.data_dir));
    if (!request.wait || !clock.sleep_until(clock.now() + kPollEvery, request.stop))
      return refused(request);
  }
}

std::string pipeline_lock_holder(const fs::path& data_dir) {
  const auto lock = FileLock::try_acquire(lock_path(data_dir));
  if (lock || lock.error().code != ErrorCode::kUnavailable) return "";
  return last_holder(data_dir);
}

}  // namespace marquee
