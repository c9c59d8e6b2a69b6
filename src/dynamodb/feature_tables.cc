#include "dynamodb/feature_tables.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <map>
#include <unordered_set>

#include "aws/endpoints.h"
#include "dynamodb/feature_items.h"

namespace marquee {

using dynamodb::Item;
using dynamodb::KeyType;

namespace {

std::vector<Item> items_of(const auto& rows, auto make) {
  std::vector<Item> items;
  items.reserve(rows.size());
  for (const auto& row : rows) items.push_back(make(row));
  return items;
}

// A page of a consistent scan costs as many read units as this many queries. So a scan that is
// given up after as many pages as the queries cost at most doubles the cost, and else saves most of
// it.
constexpr std::size_t kQueriesPerPage = 256;

constexpr auto kToItem = [](const auto& row) { return dynamodb::to_item(row); };

Result<std::vector<RunningRow>> rows_from(const std::vector<Item>& items) {
  std::vector<RunningRow> rows;
  for (const Item& item : items) {
    MARQUEE_ASSIGN(rows.emplace_back(), dynamodb::running_from(item));
  }
  return rows;
}

using StateById = std::map<std::int64_t, std::vector<PartitionTotals>>;

class EndsBelow {
 public:
  explicit EndsBelow(std::span<const ReadUpTo> offsets) {
    for (const ReadUpTo& one : offsets) next_offset_[{one.topic, one.partition}] = one.next_offset;
  }
  bool operator()(const RunningRow& row) const {
    const auto found = next_offset_.find({row.topic, row.partition});
    return found != next_offset_.end() && row.last_offset < found->second;
  }

 private:
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> next_offset_;
};

const PartitionTotals* find_totals(const std::vector<PartitionTotals>& totals,
                                   const std::string& topic, std::int32_t partition) {
  const auto found = std::ranges::find_if(totals, [&](const PartitionTotals& one) {
    return one.topic == topic && one.partition == partition;
  });
  return found == totals.end() ? nullptr : &*found;
}

}  // namespace

FeatureTables::FeatureTables(dynamodb::Client client, const std::string& prefix)
    : client_(std::move(client)) {
  const auto make = [&](const std::string& name) {
    const dynamodb::KeyAttribute id{"id", KeyType::kNumber};
    return Tables{{prefix + name, id},
                  {prefix + name + "_running", id, {{"source", KeyType::kText}}}};
  };
  users_ = make("user_features");
  movies_ = make("movie_features");
}

const FeatureTables::Tables& FeatureTables::tables(EntityKind kind) const {
  return kind == EntityKind::kUser ? users_ : movies_;
}

Status FeatureTables::make_tables() const {
  for (const Tables* pair : {&users_, &movies_}) {
    MARQUEE_TRY(client_.ensure_table(pair->nightly));
    MARQUEE_TRY(client_.ensure_table(pair->running));
  }
  return {};
}

Status FeatureTables::put_nightly(std::span<const NightlyUser> users,
                                  std::span<const NightlyMovie> movies) const {
  MARQUEE_TRY(client_.put(users_.nightly.name, items_of(users, kToItem)));
  return client_.put(movies_.nightly.name, items_of(movies, kToItem));
}

Status FeatureTables::put_running(EntityKind kind, std::span<const RunningRow> rows) const {
  std::vector<std::string> items;
  items.reserve(rows.size());
  for (const RunningRow& row : rows) items.push_back(dynamodb::to_text(row));
  return client_.put_texts(tables(kind).running.name, items);
}

Result<std::vector<RunningRow>> FeatureTables::running_rows(
    EntityKind kind, std::int64_t id, const std::string& source_prefix) const {
  MARQUEE_ASSIGN(const auto items,
                 client_.query(tables(kind).running, dynamodb::number(id), source_prefix));
  return rows_from(items);
}

Result<std::vector<RunningRow>> FeatureTables::nightly_states(
    EntityKind kind, const std::string& topic, std::int32_t partition,
    std::span<const std::int64_t> ids) const {
  MARQUEE_ASSIGN(const auto items,
                 client_.get(tables(kind).nightly.name, items_of(ids, &dynamodb::id_key)));
  std::vector<RunningRow> rows;
  for (const Item& item : items) {
    MARQUEE_ASSIGN(const auto state, dynamodb::state_from(item));
    if (const auto* totals = find_totals(state.totals, topic, partition))
      rows.push_back({state.id, topic, partition, "", totals->next_offset - 1, totals->sums});
  }
  return rows;
}

Result<std::optional<std::vector<RunningRow>>> FeatureTables::scanned_rows(
    EntityKind kind, const std::string& topic, std::int32_t partition,
    std::span<const std::int64_t> ids) const {
  const std::size_t pages = ids.size() / kQueriesPerPage;
  if (pages == 0) return std::nullopt;
  const std::unordered_set<std::int64_t> wanted(ids.begin(), ids.end());
  std::vector<RunningRow> rows;
  const auto take = [&](std::span<const Item> items) -> Status {
    for (const Item& item : items) {
      MARQUEE_ASSIGN(RunningRow row, dynamodb::running_from(item));
      if (row.topic == topic && row.partition == partition && wanted.contains(row.id))
        rows.push_back(std::move(row));
    }
    return {};
  };
  MARQUEE_ASSIGN(const bool whole, client_.scan_pages(tables(kind).running.name, pages, take));
  return whole ? std::optional(std::move(rows)) : std::nullopt;
}

Result<std::vector<RunningRow>> FeatureTables::queried_rows(
    EntityKind kind, const std::string& topic, std::int32_t partition,
    std::span<const std::int64_t> ids) const {
  std::vector<std::vector<RunningRow>> found(ids.size());
  const std::string prefix = dynamodb::source_prefix(topic, partition);
  MARQUEE_TRY(client_.in_parallel(ids.size(), [&](std::size_t k) -> Status {
    MARQUEE_ASSIGN(found[k], running_rows(kind, ids[k], prefix));
    return {};
  }));
  std::vector<RunningRow> rows;
  for (auto& some : found) std::ranges::move(some, std::back_inserter(rows));
  return rows;
}

Result<std::vector<RunningRow>> FeatureTables::load_running(
    EntityKind kind, const std::string& topic, std::int32_t partition,
    std::span<const std::int64_t> ids) const {
  MARQUEE_ASSIGN(auto rows, scanned_rows(kind, topic, partition, ids));
  if (!rows) {
    MARQUEE_ASSIGN(rows, queried_rows(kind, topic, partition, ids));
  }
  // Only then the night's rows: what a prune has removed by now, they stand in for.
  MARQUEE_ASSIGN(auto nights, nightly_states(kind, topic, partition, ids));
  std::ranges::move(nights, std::back_inserter(*rows));
  return newest_rows(std::move(*rows));
}

Result<std::optional<Item>> FeatureTables::nightly_item(EntityKind kind, std::int64_t id) const {
  const Item key = dynamodb::id_key(id);
  MARQUEE_ASSIGN(auto items, client_.get(tables(kind).nightly.name, std::span(&key, 1)));
  return items.empty() ? std::nullopt : std::optional(std::move(items.front()));
}

Result<std::optional<CurrentRow<UserFeatures>>> FeatureTables::read_user(UserId user) const {
  MARQUEE_ASSIGN(const auto running, running_rows(EntityKind::kUser, user, {}));
  MARQUEE_ASSIGN(const auto item, nightly_item(EntityKind::kUser, user));
  if (!item && running.empty()) return std::nullopt;
  NightlyUser night{.features = {.user = user}};
  if (item) {
    MARQUEE_ASSIGN(night, dynamodb::user_from(*item));
  }
  return merged(night, running);
}

Result<std::optional<CurrentRow<MovieFeatures>>> FeatureTables::read_movie(MovieId movie) const {
  MARQUEE_ASSIGN(const auto running, running_rows(EntityKind::kMovie, movie, {}));
  MARQUEE_ASSIGN(const auto item, nightly_item(EntityKind::kMovie, movie));
  if (!item && running.empty()) return std::nullopt;
  NightlyMovie night{.features = {.movie = movie}};
  if (item) {
    MARQUEE_ASSIGN(night, dynamodb::movie_from(*item));
  }
  return merged(night, running);
}

Result<FeatureTables::RowCounts> FeatureTables::count_rows(
    EntityKind kind, std::span<const std::int64_t> ids) const {
  MARQUEE_ASSIGN(const auto items,
                 client_.get(tables(kind).nightly.name, items_of(ids, &dynamodb::id_key)));
  std::atomic<std::int64_t> running = 0;
  MARQUEE_TRY(client_.in_parallel(ids.size(), [&](std::size_t k) -> Status {
    MARQUEE_ASSIGN(const auto rows, running_rows(kind, ids[k], {}));
    running += std::ssize(rows);
    return {};
  }));
  return RowCounts{std::ssize(items), running};
}

Status FeatureTables::remove_nightly(EntityKind kind, std::span<const std::int64_t> ids) const {
  return client_.remove(tables(kind).nightly.name, items_of(ids, &dynamodb::id_key));
}

Status FeatureTables::remove_running(EntityKind kind, std::span<const std::int64_t> ids) const {
  return client_.in_parallel(ids.size(), [&](std::size_t k) -> Status {
    MARQUEE_ASSIGN(const auto rows, running_rows(kind, ids[k], {}));
    return client_.remove(tables(kind).running.name, items_of(rows, &dynamodb::running_key));
  });
}

Result<std::vector<RunningRow>> FeatureTables::rows_below(EntityKind kind,
                                                          std::span<const ReadUpTo> night) const {
  const EndsBelow ends_below(night);
  std::vector<RunningRow> below;
  MARQUEE_TRY(client_.scan(tables(kind).running.name, [&](std::span<const Item> items) -> Status {
    for (const Item& item : items) {
      MARQUEE_ASSIGN(RunningRow row, dynamodb::running_from(item));
      if (ends_below(row)) below.push_back(std::move(row));
    }
    return {};
  }));
  return below;
}

Status FeatureTables::compare(EntityKind kind, const std::vector<RunningRow>& rows,
                              RunningReview& review) const {
  std::vector<std::int64_t> ids;
  for (const RunningRow& row : rows) ids.push_back(row.id);
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  MARQUEE_ASSIGN(const auto items,
                 client_.get(tables(kind).nightly.name, items_of(ids, &dynamodb::id_key)));
  StateById states;
  for (const Item& item : items) {
    MARQUEE_ASSIGN(auto state, dynamodb::state_from(item));
    states[state.id] = std::move(state.totals);
  }
  for (const RunningRow& row : newest_rows(rows)) {
    const auto* totals = find_totals(states[row.id], row.topic, row.partition);
    ++review.compared;
    if (totals == nullptr || !totals->sums.agrees_with(row.sums)) ++review.disagreed;
  }
  return {};
}

Result<RunningReview> FeatureTables::prune_running(EntityKind kind, std::span<const ReadUpTo> night,
                                                   std::span<const ReadUpTo> removable) const {
  MARQUEE_ASSIGN(std::vector<RunningRow> rows, rows_below(kind, night));
  RunningReview review;
  MARQUEE_TRY(compare(kind, rows, review));
  std::erase_if(rows, std::not_fn(EndsBelow(removable)));
  std::atomic<std::int64_t> removed = 0;
  MARQUEE_TRY(client_.in_parallel(rows.size(), [&](std::size_t k) -> Status {
    // A consumer may have written the row anew since it was read.
    MARQUEE_ASSIGN(const bool was_so,
                   client_.remove_if(tables(kind).running.name, dynamodb::running_key(rows[k]),
                                     "last_offset", dynamodb::number(rows[k].last_offset)));
    removed += was_so ? 1 : 0;
    return {};
  }));
  review.removed = removed;
  return review;
}

Result<std::unique_ptr<FeatureTables>> open_feature_tables(const Config& config) {
  static SystemClock clock;
  MARQUEE_ASSIGN(aws::Credentials credentials, aws::find_credentials(aws::aws_environment()));
  MARQUEE_ASSIGN(aws::Service service,
                 aws::Service::make({.endpoint = aws::dynamodb_endpoint(config),
                                     .limits = {.whole = std::chrono::seconds(20)}},
                                    std::move(credentials), clock));
  auto tables = std::make_unique<FeatureTables>(
      dynamodb::Client(std::move(service), dynamodb::ClientOptions(), clock));
  MARQUEE_TRY(tables->make_tables());
  return tables;
}

}  // namespace marquee
