#include "lake/bronze_writer.h"

#include <algorithm>
#include <map>
#include <string>

#include "lake/bronze_line.h"
#include "lake/bronze_uploads.h"
#include "lake/dead_letter_line.h"

namespace marquee {
namespace {

using lake::BronzeKind;
using lake::BronzeName;
using lake::Compression;
using std::chrono::steady_clock;

// Late events keep objects of many dates open. Past so many full objects' worth of bytes the
// largest is closed early, so that memory is bounded and reading need not wait for their age.
constexpr std::int64_t kOpenObjectsWorth = 4;

// Room beyond the size of the last full object, since no two are quite the same.
constexpr std::size_t kSpareBytes = 4096;

struct OpenObject {
  std::string lines;
  std::int64_t events = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  steady_clock::time_point opened_at;
};

struct ObjectKey {
  BronzeKind kind = BronzeKind::kEvents;
  std::int64_t day = 0;  // cheaper than a date while the object is open
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

struct OpenPartition {
  explicit OpenPartition(const StreamPartition& partition)
      : partition(partition), line_writer(partition) {}

  StreamPartition partition;
  lake::EventLineWriter line_writer;
  std::map<ObjectKey, OpenObject> objects;
  std::pair<ObjectKey, std::size_t> latest_full;  // of which object the next one will need as much
  std::int64_t next_offset = 0;                   // of the stream, after what was added
  steady_clock::time_point last_added;
};

}  // namespace

class BronzeWriter::OpenObjects {
 public:
  using Partitions = std::map<StreamPartition, OpenPartition>;

  OpenObjects(ObjectStore& store, const BronzeOptions& options, int upload_threads,
              UploadRetry retry)
      : options_(options), uploads_(store, upload_threads, retry) {}

  OpenPartition& partition_of(const StreamRecord& record) {
    if (latest_ == nullptr || latest_->partition.partition != record.partition ||
        latest_->partition.topic != record.topic) {
      const StreamPartition partition{record.topic, record.partition};
      latest_ = &partitions_.try_emplace(partition, partition).first->second;
    }
    latest_->next_offset = record.offset + 1;
    return *latest_;
  }

  // Appends one line by append_line(lines) to the partition's open object of this kind and day.
  template <typename AppendLine>
  void add(OpenPartition& partition, ObjectKey key, std::int64_t offset, AppendLine append_line) {
    const auto [entry, is_new] = partition.objects.try_emplace(key);
    OpenObject& object = entry->second;
    if (is_new) {
      object.first = offset;
      object.opened_at = now_;
      if (key == partition.latest_full.first) object.lines.reserve(partition.latest_full.second);
    }
    const std::size_t before = object.lines.size();
    append_line(object.lines);
    bytes_ += static_cast<std::int64_t>(object.lines.size() - before);
    object.last = offset;
    ++object.events;
    partition.last_added = now_;
    if (object.events >= options_.max_events_per_object ||
        static_cast<std::int64_t>(object.lines.size()) >= options_.max_bytes_per_object) {
      partition.latest_full = {key, object.lines.size() + kSpareBytes};
      close(partition, entry);
    }
    while (bytes_ > kOpenObjectsWorth * options_.max_bytes_per_object) close_largest();
  }

  template <typename Condition>
  void close_if(OpenPartition& partition, Condition condition) {
    for (auto entry = partition.objects.begin(); entry != partition.objects.end();)
      entry = condition(entry->second) ? close(partition, entry) : std::next(entry);
  }

  template <typename Condition>
  void close_if(Condition condition) {
    for (auto& [name, partition] : partitions_) close_if(partition, condition);
  }

  void close_due(steady_clock::time_point now) {
    now_ = now;
    const std::chrono::seconds age(options_.max_object_age), silence(options_.max_silence);
    for (auto& [name, partition] : partitions_) {
      const bool silent = now - partition.last_added >= silence;
      close_if(partition,
               [&](const OpenObject& object) { return silent || now - object.opened_at >= age; });
    }
  }

  std::optional<std::int64_t> durable_offset(const StreamPartition& partition) const {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return std::nullopt;
    std::int64_t lowest = found->second.next_offset;
    for (const auto& [key, object] : found->second.objects) lowest = std::min(lowest, object.first);
    return std::min(lowest, uploads_.lowest(partition).value_or(lowest));
  }

  void drop(const StreamPartition& partition) {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return;
    for (const auto& [key, object] : found->second.objects)
      bytes_ -= static_cast<std::int64_t>(object.lines.size());
    latest_ = nullptr;
    partitions_.erase(found);
    uploads_.drop(partition);
  }

  OpenPartition* find(const StreamPartition& partition) {
    const auto found = partitions_.find(partition);
    return found == partitions_.end() ? nullptr : &found->second;
  }

  std::int64_t bytes() const { return bytes_ + uploads_.bytes(); }
  const lake::BronzeUploads& uploads() const { return uploads_; }

 private:
  using Objects = std::map<ObjectKey, OpenObject>;

  Objects::iterator close(OpenPartition& partition, Objects::iterator entry) {
    const auto& [kind, day] = entry->first;
    OpenObject& object = entry->second;
    const bool zstd = kind == BronzeKind::kEvents && options_.compression == "zstd";
    const auto size = static_cast<std::int64_t>(object.lines.size());
    uploads_.add({.kind = kind,
                  .date = lake::date_of(day),
                  .partition = partition.partition,
                  .first = object.first,
                  .last = object.last,
                  .compression = zstd ? Compression::kZstd : Compression::kNone},
                 std::move(object.lines));
    bytes_ -= size;  // after the uploads have counted them: never too low for who looks meanwhile
    return partition.objects.erase(entry);
  }

  void close_largest() {
    OpenPartition* owner = nullptr;
    Objects::iterator largest;
    for (auto& [name, partition] : partitions_)
      for (auto entry = partition.objects.begin(); entry != partition.objects.end(); ++entry)
        if (owner == nullptr || entry->second.lines.size() > largest->second.lines.size()) {
          owner = &partition;
          largest = entry;
        }
    close(*owner, largest);
  }

  const BronzeOptions options_;
  Partitions partitions_;
  OpenPartition* latest_ = nullptr;  // records of one partition come in runs
  steady_clock::time_point now_ = steady_clock::now();
  std::atomic<std::int64_t> bytes_ = 0;  // of open objects
  lake::BronzeUploads uploads_;
};

BronzeWriter::BronzeWriter(ObjectStore& store, const BronzeOptions& options, int upload_threads,
                           UploadRetry retry)
    : open_(std::make_unique<OpenObjects>(store, options, upload_threads, retry)) {}

BronzeWriter::~BronzeWriter() = default;

void BronzeWriter::add_event(const StreamRecord& record, const RatingEvent& event) {
  OpenPartition& partition = open_->partition_of(record);
  const ObjectKey key{BronzeKind::kEvents,
                      lake::day_of(event.timestamp.value_or(record.record_time))};
  open_->add(partition, key, record.offset, [&](std::string& lines) {
    partition.line_writer.append(record.value, event, record.offset, record.record_time, lines);
  });
}

void BronzeWriter::add_dead_letter(const StreamRecord& record, std::string_view reason,
                                   std::string_view detail) {
  const ObjectKey key{BronzeKind::kDeadLetters, lake::day_of(record.record_time)};
  open_->add(open_->partition_of(record), key, record.offset, [&](std::string& lines) {
    lake::append_dead_letter_line(record, reason, detail, lines);
  });
}

void BronzeWriter::pass_over(const StreamRecord& record) {
  open_->partition_of(record);
}

void BronzeWriter::close_due(steady_clock::time_point now) {
  open_->close_due(now);
}

void BronzeWriter::close_all() {
  open_->close_if([](const OpenObject&) { return true; });
}

std::optional<std::int64_t> BronzeWriter::durable_offset(const StreamPartition& partition) const {
  return open_->durable_offset(partition);
}

Status BronzeWriter::wait_durable(std::span<const StreamPartition> partitions,
                                  std::chrono::milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  for (const StreamPartition& partition : partitions)
    if (OpenPartition* open = open_->find(partition))
      open_->close_if(*open, [](const OpenObject&) { return true; });
  if (open_->uploads().wait_durable(partitions, deadline)) return {};
  const auto failure = open_->uploads().last_failure();
  return fail(ErrorCode::kUnavailable,
              fmt::format("Bronze is not durable after {} ms{}{}", timeout.count(),
                          failure ? ": " : "", failure ? failure->what : ""),
              failure ? failure->where : "", failure ? failure->mend : "");
}

void BronzeWriter::drop(const StreamPartition& partition) {
  open_->drop(partition);
}

std::int64_t BronzeWriter::inflight_bytes() const {
  return open_->bytes();
}

std::optional<Error> BronzeWriter::last_failure() const {
  return open_->uploads().last_failure();
}

}  // namespace marquee
