// The embedded event stream: a durable queue in SQLite, <data-dir>/journal.db, with one partition
// whose offsets count from 0 without gaps. Several processes may append and read at once. See
// docs/formats/journal.md.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "sqlite/database.h"
#include "stream/event_stream.h"

namespace marquee {

// Thread-safe. Appends that wait at the same time share one transaction, and so one fsync.
class JournalSink final : public EventSink {
 public:
  // Makes folder and file when missing. `clock` gives record times and must outlive the sink.
  static Result<std::unique_ptr<JournalSink>> open(const std::filesystem::path& data_dir,
                                                   const std::string& topic, Clock& clock);

  // All or none of `events` are accepted; on success they survive a power cut.
  Result<std::vector<StreamPosition>> append(std::span<const std::string> events) override;

 private:
  struct Waiting {
    std::span<const std::string> events;
    std::optional<Result<std::vector<StreamPosition>>> result;
  };
  JournalSink(sqlite::Database database, std::string topic, Clock& clock);
  // Writes everything in one transaction and gives the offset of the first event.
  Result<std::int64_t> write(std::span<Waiting* const> batch);
  void settle(std::span<Waiting* const> batch, Result<std::int64_t> first_offset) const;

  sqlite::Database database_;
  std::string topic_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable settled_;
  std::vector<Waiting*> queue_;
  bool writing_ = false;  // one of the waiting threads is at the database
};

class JournalSource final : public EventSource {
 public:
  // Makes folder and file when missing. `keep_events`: how many applied events stay for a replay.
  static Result<std::unique_ptr<JournalSource>> open(const std::filesystem::path& data_dir,
                                                     const std::string& topic,
                                                     std::int64_t keep_events);

  Status subscribe(PartitionOwner& owner) override;
  // The one partition is assigned at the first poll, to every reader.
  Result<std::vector<StreamRecord>> poll(std::size_t limit,
                                         std::chrono::milliseconds timeout) override;
  Status seek(const StreamPartition& partition, std::int64_t offset) override;
  // An owner that gave no offset when it was assigned finds it kept at the next start. Forgets
  // applied events beyond `keep_events`, now and then. The newest event always stays: it
  // carries the offset.
  Status acknowledge(const StreamPartition& partition, std::int64_t next_offset) override;
  void pause(bool paused) override { paused_ = paused; }
  bool at_end() const override { return at_end_; }
  Status close() override;

 private:
  JournalSource(sqlite::Database database, std::string topic, std::int64_t keep_events);
  Status assign();
  Status check_assigned(const StreamPartition& partition) const;
  Status keep_offset(std::int64_t next_offset);
  Result<std::vector<StreamRecord>> read(std::size_t limit);

  sqlite::Database database_;
  StreamPartition partition_;
  std::int64_t keep_events_;
  PartitionOwner* owner_ = nullptr;
  bool assigned_ = false;
  bool keeps_offset_ = false;  // for an owner that keeps none
  bool paused_ = false;
  bool at_end_ = false;
  std::int64_t next_ = 0;
};

// How far the journal of a data dir is filled; makes folder and file when missing. An empty one
// begins and ends at 0.
Result<StreamProgress> journal_progress(const std::filesystem::path& data_dir,
                                        const std::string& topic);

// Events below `before` whose bytes `names_them` says yes to. A missing journal has none.
using NamesThem = std::function<bool(std::string_view value)>;
Result<std::int64_t> count_in_journal(const std::filesystem::path& data_dir, std::int64_t before,
                                      const NamesThem& names_them);
// Removes them, so that no byte of them can be read any more; of the newest event, which carries
// the offset on, stays a row that holds kForgottenEvent. Their offsets become gaps, over which
// readers go on. Only for events that are applied. Again: the rest.
Status forget_in_journal(const std::filesystem::path& data_dir, std::int64_t before,
                         const NamesThem& names_them);
inline constexpr std::string_view kForgottenEvent = R"({"forgotten":true})";

}  // namespace marquee
