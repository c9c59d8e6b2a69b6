// The statistics of users and movies in DynamoDB: what the last night knew exactly, and the running
// rows that consumers keep on top of it. For look-ups, monitoring and analysis, never for
// recommending. See docs/formats/dynamodb.md.
//
//   user_features, movie_features                   nightly rows by id
//   user_features_running, movie_features_running   running rows by id and topic/partition/writer
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "core/error.h"
#include "core/features.h"
#include "dynamodb/dynamodb_client.h"
#include "dynamodb/nightly_rows.h"

namespace marquee {

// Up to which offset a night has read a partition.
struct ReadUpTo {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t next_offset = 0;  // exclusive
};

struct RunningReview {
  std::int64_t compared =
      0;  // (entity, partition) whose running row lies wholly below the night's offset
  std::int64_t disagreed = 0;  // of these, what the running row said was not what the night found
  std::int64_t removed = 0;    // running rows
};

// Thread-safe. Errors are those of dynamodb::Client.
class FeatureTables {
 public:
  // `prefix` stands before every table's name, so that tests and installations can share an
  // account.
  explicit FeatureTables(dynamodb::Client client, const std::string& prefix = {});

  // Makes the tables that are missing; call it once before anything else.
  Status make_tables() const;

  // Replaces the rows of these entities; no entity may occur twice. Others keep theirs.
  Status put_nightly(std::span<const NightlyUser> users,
                     std::span<const NightlyMovie> movies) const;

  // Writes these states. Again, or in another order: the same. No (id, topic, partition, writer)
  // may occur twice.
  Status put_running(EntityKind kind, std::span<const RunningRow> rows) const;

  // For a consumer that starts on a partition: of each of these entities the state that includes
  // the most, be it a running row or the night's totals (then last_offset is one below their
  // next_offset, and the writer is empty). An entity without either is left out. By id. For
  // many entities one scan of a table that is not much larger, else a request for each, some at
  // once.
  Result<std::vector<RunningRow>> load_running(EntityKind kind, const std::string& topic,
                                               std::int32_t partition,
                                               std::span<const std::int64_t> ids) const;

  // nullopt: neither a night nor a consumer has seen it.
  Result<std::optional<CurrentRow<UserFeatures>>> read_user(UserId user) const;
  Result<std::optional<CurrentRow<MovieFeatures>>> read_movie(MovieId movie) const;

  // Rows of these entities, nightly and running, of whatever topic.
  struct RowCounts {
    std::int64_t nightly = 0;
    std::int64_t running = 0;
  };
  Result<RowCounts> count_rows(EntityKind kind, std::span<const std::int64_t> ids) const;
  // Removing them again changes nothing. A consumer goes on from the nightly row alone then, which
  // must include every event that was committed.
  Status remove_nightly(EntityKind kind, std::span<const std::int64_t> ids) const;
  Status remove_running(EntityKind kind, std::span<const std::int64_t> ids) const;

  // After put_nightly: compares the running rows that end below what the night has read with the
  // night's totals, then removes those that end below `removable` as well, since the night's rows
  // stand in for them.
  Result<RunningReview> prune_running(EntityKind kind, std::span<const ReadUpTo> night,
                                      std::span<const ReadUpTo> removable) const;

  const dynamodb::Client& client() const { return client_; }

 private:
  struct Tables {
    dynamodb::TableSpec nightly;
    dynamodb::TableSpec running;
  };
  const Tables& tables(EntityKind kind) const;
  Result<std::vector<RunningRow>> running_rows(EntityKind kind, std::int64_t id,
                                               const std::string& source_prefix) const;
  Result<std::optional<dynamodb::Item>> nightly_item(EntityKind kind, std::int64_t id) const;
  // nullopt: asking for each of them costs less.
  Result<std::optional<std::vector<RunningRow>>> scanned_rows(
      EntityKind kind, const std::string& topic, std::int32_t partition,
      std::span<const std::int64_t> ids) const;
  Result<std::vector<RunningRow>> queried_rows(EntityKind kind, const std::string& topic,
                                               std::int32_t partition,
                                               std::span<const std::int64_t> ids) const;
  Result<std::vector<RunningRow>> nightly_states(EntityKind kind, const std::string& topic,
                                                 std::int32_t partition,
                                                 std::span<const std::int64_t> ids) const;
  Result<std::vector<RunningRow>> rows_below(EntityKind kind,
                                             std::span<const ReadUpTo> night) const;
  Status compare(EntityKind kind, const std::vector<RunningRow>& rows, RunningReview& review) const;

  dynamodb::Client client_;
  Tables users_;
  Tables movies_;
};

// At the configured endpoint with the credentials of the environment; tables are made where they
// are missing.
Result<std::unique_ptr<FeatureTables>> open_feature_tables(const Config& config);

}  // namespace marquee
