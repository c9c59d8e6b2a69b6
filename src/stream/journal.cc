#include "stream/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/durable_file.h"

namespace marquee {
namespace {

constexpr std::int32_t kApplicationId = 0x4d41524a;  // "MARJ"
constexpr std::int32_t kPartition = 0;
constexpr std::string_view kSchema1 = R"sql(
CREATE TABLE events(
  "offset" INTEGER PRIMARY KEY,  -- from 0, without gaps
  record_time INTEGER NOT NULL,  -- microseconds since the epoch
  value TEXT NOT NULL)           -- the event as it came
)sql";

constexpr std::string_view kSchema2 = R"sql(
-- How far readers that keep no offset of their own have acknowledged: one row, or none.
CREATE TABLE acknowledged(
  id INTEGER PRIMARY KEY CHECK(id = 0),
  next_offset INTEGER NOT NULL)
)sql";

Result<sqlite::Database> open_journal(const std::filesystem::path& data_dir) {
  MARQUEE_TRY(make_folders(data_dir));
  MARQUEE_ASSIGN(auto database,
                 sqlite::Database::open(data_dir / "journal.db", sqlite::Access::kReadWrite));
  MARQUEE_TRY(sqlite::migrate(database, kApplicationId, {kSchema1, kSchema2}));
  return database;
}

Result<std::int64_t> one_number(sqlite::Database& database, std::string_view sql) {
  MARQUEE_ASSIGN(auto statement, database.prepare(sql));
  MARQUEE_ASSIGN(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<std::optional<std::int64_t>> acknowledged_offset(sqlite::Database& database) {
  MARQUEE_ASSIGN(auto select, database.prepare("SELECT next_offset FROM acknowledged"));
  MARQUEE_ASSIGN(const bool row, select.step());
  return row ? std::optional(select.integer(0)) : std::nullopt;
}

}  // namespace

JournalSink::JournalSink(sqlite::Database database, std::string topic, Clock& clock)
    : database_(std::move(database)), topic_(std::move(topic)), clock_(clock) {}

Result<std::unique_ptr<JournalSink>> JournalSink::open(const std::filesystem::path& data_dir,
                                                       const std::string& topic, Clock& clock) {
  MARQUEE_ASSIGN(auto database, open_journal(data_dir));
  return std::unique_ptr<JournalSink>(new JournalSink(std::move(database), topic, clock));
}

// Group commit: whoever finds nobody writing takes everything that waits, writes it in one
// transaction, and wakes the others; those that came meanwhile are the next batch.
Result<std::vector<StreamPosition>> JournalSink::append(std::span<const std::string> events) {
  Waiting mine{events, std::nullopt};
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  settled_.wait(lock, [&] { return mine.result || !writing_; });
  if (mine.result) return std::move(*mine.result);
  writing_ = true;
  const std::vector<Waiting*> batch = std::exchange(queue_, {});
  lock.unlock();
  auto first_offset = write(batch);
  lock.lock();
  settle(batch, std::move(first_offset));
  writing_ = false;
  settled_.notify_all();
  return std::move(*mine.result);
}

Result<std::int64_t> JournalSink::write(std::span<Waiting* const> batch) {
  MARQUEE_ASSIGN(auto transaction, sqlite::Transaction::begin(database_));
  MARQUEE_ASSIGN(const std::int64_t first_offset,
                 one_number(database_, R"(SELECT COALESCE(MAX("offset") + 1, 0) FROM events)"));
  MARQUEE_ASSIGN(auto insert, database_.prepare("INSERT INTO events VALUES(?, ?, ?)"));
  const TimeMicros now = clock_.now();
  std::int64_t offset = first_offset;
  for (const Waiting* waiting : batch)
    for (const std::string& event : waiting->events)
      MARQUEE_TRY(insert.bind(0, offset++).bind(1, now).bind(2, std::string_view(event)).run());
  MARQUEE_TRY(transaction.commit());
  return first_offset;
}

void JournalSink::settle(std::span<Waiting* const> batch, Result<std::int64_t> first_offset) const {
  std::int64_t offset = first_offset.value_or(0);
  for (Waiting* waiting : batch) {
    if (!first_offset) {
      waiting->result = std::unexpected(first_offset.error());
      continue;
    }
    std::vector<StreamPosition> positions;
    for (std::size_t k = 0; k < waiting->events.size(); ++k)
      positions.push_back({topic_, kPartition, offset++});
    waiting->result = std::move(positions);
  }
}

JournalSource::JournalSource(sqlite::Database database, std::string topic, std::int64_t keep_events)
    : database_(std::move(database)),
      partition_{std::move(topic), kPartition},
      keep_events_(keep_events) {}

Result<std::unique_ptr<JournalSource>> JournalSource::open(const std::filesystem::path& data_dir,
                                                           const std::string& topic,
                                                           std::int64_t keep_events) {
  MARQUEE_ASSIGN(auto database, open_journal(data_dir));
  return std::unique_ptr<JournalSource>(new JournalSource(std::move(database), topic, keep_events));
}

Status JournalSource::subscribe(PartitionOwner& owner) {
  if (owner_ != nullptr)
    return fail(ErrorCode::kInternal, "the journal is read already", partition_.topic);
  owner_ = &owner;
  return {};
}

Status JournalSource::assign() {
  if (assigned_) return {};
  if (owner_ == nullptr)
    return fail(ErrorCode::kInternal, "nobody has subscribed to the journal", partition_.topic);
  MARQUEE_ASSIGN(const auto offsets, owner_->on_assigned({&partition_, 1}));
  keeps_offset_ = !offsets.at(0).has_value();
  std::optional<std::int64_t> next = offsets.at(0);
  if (keeps_offset_) {
    MARQUEE_ASSIGN(next, acknowledged_offset(database_));
  }
  next_ = next.value_or(0);
  assigned_ = true;
  return {};
}

Status JournalSource::check_assigned(const StreamPartition& partition) const {
  if (assigned_ && partition == partition_) return {};
  return fail(ErrorCode::kNotFound, "this partition of the journal is not assigned",
              fmt::format("{}/{}", partition.topic, partition.partition));
}

Status JournalSource::seek(const StreamPartition& partition, std::int64_t offset) {
  MARQUEE_TRY(check_assigned(partition));
  next_ = offset;
  return {};
}

Result<std::vector<StreamRecord>> JournalSource::poll(std::size_t limit,
                                                      std::chrono::milliseconds timeout) {
  constexpr std::chrono::milliseconds kPause(10);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  MARQUEE_TRY(assign());
  for (;;) {
    MARQUEE_ASSIGN(auto records, read(paused_ ? 0 : limit));
    const auto left = deadline - std::chrono::steady_clock::now();
    if (!records.empty() || left <= left.zero()) return records;
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, kPause));
  }
}

Result<std::vector<StreamRecord>> JournalSource::read(std::size_t limit) {
  if (limit == 0) return std::vector<StreamRecord>{};
  MARQUEE_ASSIGN(auto select, database_.prepare(R"(SELECT "offset", record_time, value FROM events
    WHERE "offset" >= ? ORDER BY "offset" LIMIT ?)"));
  select.bind(0, next_).bind(1, static_cast<std::int64_t>(limit));
  std::vector<StreamRecord> records;
  for (;;) {
    MARQUEE_ASSIGN(const bool row, select.step());
    if (!row) break;
    records.push_back({partition_.topic, kPartition, select.integer(0), select.integer(1),
                       std::string(select.text(2))});
  }
  at_end_ = records.size() < limit;
  if (!records.empty()) next_ = records.back().offset + 1;
  return records;
}

Status JournalSource::acknowledge(const StreamPartition& partition, std::int64_t next_offset) {
  MARQUEE_TRY(check_assigned(partition));
  if (keeps_offset_) MARQUEE_TRY(keep_offset(next_offset));
  const std::int64_t limit = next_offset - keep_events_;
  const std::int64_t slack = std::max<std::int64_t>(1000, keep_events_ / 10);
  MARQUEE_ASSIGN(const std::int64_t first,
                 one_number(database_, R"(SELECT MIN("offset") FROM events)"));
  if (limit - first < slack) return {};
  MARQUEE_ASSIGN(auto trim, database_.prepare(R"(DELETE FROM events WHERE "offset" < ?
    AND "offset" < (SELECT MAX("offset") FROM events))"));
  return trim.bind(0, limit).run();
}

// Of several readers the one that is further counts.
Status JournalSource::keep_offset(std::int64_t next_offset) {
  MARQUEE_ASSIGN(auto keep, database_.prepare(R"(INSERT INTO acknowledged VALUES(0, ?)
    ON CONFLICT(id) DO UPDATE SET next_offset = max(next_offset, excluded.next_offset))"));
  return keep.bind(0, next_offset).run();
}

Status JournalSource::close() {
  if (!assigned_) return {};
  const Status made_durable = owner_->on_revoked({&partition_, 1});
  assigned_ = false;
  return made_durable;
}

Result<StreamProgress> journal_progress(const std::filesystem::path& data_dir,
                                        const std::string& topic) {
  MARQUEE_ASSIGN(auto database, open_journal(data_dir));
  MARQUEE_ASSIGN(auto select, database.prepare(R"(SELECT COALESCE(MIN("offset"), 0),
    COALESCE(MAX("offset") + 1, 0) FROM events)"));
  MARQUEE_TRY(select.step());
  StreamProgress progress;
  progress.partition = {topic, kPartition};
  progress.begin = select.integer(0);
  progress.end = select.integer(1);
  select.reset();
  MARQUEE_ASSIGN(progress.committed, acknowledged_offset(database));
  return progress;
}

}  // namespace marquee
