// Puts closed Bronze objects into the store in the background, again and again until they are
// durable, and knows which offsets are not there yet.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "lake/bronze_name.h"
#include "lake/bronze_writer.h"
#include "objects/object_store.h"

namespace marquee::lake {

// Thread-safe.
class BronzeUploads {
 public:
  // `store` must outlive it.
  BronzeUploads(ObjectStore& store, int threads, UploadRetry retry);
  // Waits for the attempts that are running; what is still queued is forgotten.
  ~BronzeUploads();

  // Takes the lines of one object, to be compressed as the name says.
  void add(BronzeName name, std::string lines);

  // The lowest first offset of the partition's objects that are not durable; nullopt: all are.
  std::optional<std::int64_t> lowest(const StreamPartition& partition) const;
  // Forgets what of the partition is not durable. An attempt that is running may still succeed.
  void drop(const StreamPartition& partition);
  // False when some object of these partitions is not durable at `deadline`.
  bool wait_durable(std::span<const StreamPartition> partitions,
                    std::chrono::steady_clock::time_point deadline) const;

  // Bytes of lines that are held.
  std::int64_t bytes() const { return bytes_; }
  // Of an object that is being tried again; nullopt when there is none.
  std::optional<Error> last_failure() const;

 private:
  struct Upload {
    BronzeName name;
    std::string body;  // the lines, or what they were compressed to
    bool is_packed = false;
    std::int64_t line_bytes = 0;  // before compression
    std::uint64_t generation = 0;
  };
  struct Partition {
    std::uint64_t generation = 0;  // counts the drops; an upload of an older one is forgotten
    std::multiset<std::int64_t> firsts;
  };

  void work(const std::stop_token& stop);
  void upload(Upload& upload, const std::stop_token& stop);
  Status attempt(Upload& upload);
  Status judge_present(const Upload& upload, const std::string& key);
  // Under the mutex:
  bool is_wanted(const Upload& upload) const;
  void note_failure(const Error& error, bool is_first);
  // The upload is over; `recovery` is logged when it was the last that was failing.
  void finish(const Upload& upload, bool was_failing, std::string_view recovery);

  ObjectStore& store_;
  const UploadRetry retry_;
  std::atomic<std::int64_t> bytes_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;  // queue, partitions or stop
  std::deque<Upload> queue_;
  std::map<StreamPartition, Partition> partitions_;
  int failing_ = 0;  // uploads between their first failure and their end
  std::optional<Error> last_failure_;
  std::vector<std::jthread> threads_;
};

}  // namespace marquee::lake
