#include "ingest/consumer_lock.h"

namespace marquee {
namespace {

std::filesystem::path lock_path(const std::filesystem::path& data_dir) {
  return data_dir / "consumers.lock";
}

Result<FileLock> told(Result<FileLock> lock, std::string what, std::string mend) {
  if (lock || lock.error().code != ErrorCode::kUnavailable) return lock;
  return fail(ErrorCode::kUnavailable, std::move(what), lock.error().where, std::move(mend));
}

}  // namespace

Result<FileLock> begin_to_consume(const std::filesystem::path& data_dir) {
  MARQUEE_TRY(make_folders(data_dir));
  return told(FileLock::try_share(lock_path(data_dir)),
              "users are being forgotten: no consumer may run meanwhile",
              "wait until marquee forget has ended");
}

Result<FileLock> keep_consumers_away(const std::filesystem::path& data_dir) {
  MARQUEE_TRY(make_folders(data_dir));
  return told(FileLock::try_acquire(lock_path(data_dir)), "a consumer of this data dir is running",
              "stop marquee consume (Ctrl-C or SIGTERM), then run it again");
}

}  // namespace marquee
