#include "lake/bronze_uploads.h"

#include <algorithm>
#include <functional>

#include "core/log.h"
#include "lake/zstd_bytes.h"

namespace marquee::lake {

using std::chrono::milliseconds;

BronzeUploads::BronzeUploads(ObjectStore& store, int threads, UploadRetry retry)
    : store_(store), retry_(retry) {
  for (int k = 0; k < std::max(threads, 1); ++k)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

BronzeUploads::~BronzeUploads() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void BronzeUploads::add(BronzeName name, std::string lines) {
  const auto size = static_cast<std::int64_t>(lines.size());
  bytes_ += size;
  {
    const std::lock_guard guard(mutex_);
    Partition& partition = partitions_[name.partition];
    partition.firsts.insert(name.first);
    queue_.push_back({std::move(name), std::move(lines), false, size, partition.generation});
  }
  changed_.notify_all();
}

std::optional<std::int64_t> BronzeUploads::lowest(const StreamPartition& partition) const {
  const std::lock_guard guard(mutex_);
  const auto found = partitions_.find(partition);
  if (found == partitions_.end() || found->second.firsts.empty()) return std::nullopt;
  return *found->second.firsts.begin();
}

void BronzeUploads::drop(const StreamPartition& partition) {
  {
    const std::lock_guard guard(mutex_);
    Partition& dropped = partitions_[partition];
    ++dropped.generation;
    dropped.firsts.clear();
    for (const Upload& upload : queue_)
      if (!is_wanted(upload)) bytes_ -= upload.line_bytes;
    std::erase_if(queue_, [&](const Upload& upload) { return !is_wanted(upload); });
  }
  changed_.notify_all();
}

bool BronzeUploads::wait_durable(std::span<const StreamPartition> partitions,
                                 std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] {
    return std::ranges::all_of(partitions, [&](const StreamPartition& partition) {
      const auto found = partitions_.find(partition);
      return found == partitions_.end() || found->second.firsts.empty();
    });
  });
}

std::optional<Error> BronzeUploads::last_failure() const {
  const std::lock_guard guard(mutex_);
  return last_failure_;
}

void BronzeUploads::work(const std::stop_token& stop) {
  for (;;) {
    Upload next;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return !queue_.empty(); })) return;
      if (stop.stop_requested()) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    upload(next, stop);
  }
}

// Until it is durable, nobody wants it any more, or the program ends.
void BronzeUploads::upload(Upload& upload, const std::stop_token& stop) {
  std::minstd_rand random(std::hash<std::string>{}(key_of(upload.name)));
  std::uniform_real_distribution<double> jitter(0.5, 1.0);
  milliseconds delay = retry_.first;
  bool failing = false;
  for (;;) {
    const Status status = attempt(upload);
    std::unique_lock lock(mutex_);
    if (status) return finish(upload, failing, "Bronze can be written again");
    note_failure(status.error(), !failing);
    failing = true;
    const auto forgotten = [&] { return !is_wanted(upload); };
    if (changed_.wait_for(lock, stop, delay * jitter(random), forgotten))
      return finish(upload, failing,
                    "what could not be written to Bronze was given up: another owner writes it");
    if (stop.stop_requested()) return;
    delay = std::min(2 * delay, retry_.longest);
  }
}

Status BronzeUploads::attempt(Upload& upload) {
  if (upload.name.compression == Compression::kZstd && !upload.is_packed) {
    MARQUEE_ASSIGN(upload.body, zstd_compressed(upload.body));
    upload.is_packed = true;
  }
  const std::string key = key_of(upload.name);
  const auto put = store_.put_if(key, upload.body, "");
  if (put) return {};
  if (put.error().code != ErrorCode::kConflict) return std::unexpected(put.error());
  return judge_present(upload, key);
}

// The name is taken. That is as good as written if the object is really there: a store may also
// refuse because somebody else is just writing it, and that attempt may fail yet.
Status BronzeUploads::judge_present(const Upload& upload, const std::string& key) {
  MARQUEE_ASSIGN(const std::string present, store_.get(key));
  if (present == upload.body) return {};
  if (upload.name.compression == Compression::kZstd) {
    // Another version of the library may pack the same lines into other bytes.
    const auto theirs = zstd_decompressed(present, key);
    const auto ours = zstd_decompressed(upload.body, key);
    if (theirs && ours && *theirs == *ours) return {};
  }
  spdlog::error(
      "{}/{} is there already with other bytes and was left as it is: were events judged "
      "by other settings when it was written, or has a user been forgotten since?",
      store_.name(), key);
  return {};
}

bool BronzeUploads::is_wanted(const Upload& upload) const {
  return partitions_.at(upload.name.partition).generation == upload.generation;
}

void BronzeUploads::note_failure(const Error& error, bool is_first) {
  if (is_first && ++failing_ == 1)
    spdlog::error("Bronze cannot be written, will try again until it can: {}", error.message());
  last_failure_ = error;
}

void BronzeUploads::finish(const Upload& upload, bool was_failing, std::string_view recovery) {
  Partition& partition = partitions_.at(upload.name.partition);
  bytes_ -= upload.line_bytes;
  if (is_wanted(upload)) partition.firsts.erase(partition.firsts.find(upload.name.first));
  if (was_failing && --failing_ == 0) {
    last_failure_.reset();
    spdlog::info(recovery);
  }
  changed_.notify_all();
}

}  // namespace marquee::lake
