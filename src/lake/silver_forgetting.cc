#include "lake/silver_forgetting.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "lake/event_totals.h"
#include "lake/parquet_reader.h"
#include "lake/rating_manifest.h"
#include "lake/worker_threads.h"

namespace marquee {
namespace {

using lake::TableReader;

constexpr std::string_view kFeatureFolder = "silver/user-features/";
constexpr std::string_view kRunningFolder = "silver/user-features/_running/";
constexpr std::string_view kTotalsPart = "-totals-";
constexpr std::string_view kSuffix = ".parquet";

Result<std::int64_t> count_users(TableReader& table, const UserMentions& users) {
  std::int64_t count = 0;
  for (int group = 0; group < table.group_count(); ++group) {
    std::vector<std::int64_t> ids;
    MARQUEE_TRY(table.read(group, "user_id", ids));
    count += std::ranges::count_if(ids, [&](UserId id) { return users.contains(id); });
  }
  return count;
}

Result<std::int64_t> count_totals(TableReader& table, const UserMentions& users) {
  constexpr auto kUser = static_cast<std::int32_t>(lake::EntityKind::kUser);
  std::int64_t count = 0;
  for (int group = 0; group < table.group_count(); ++group) {
    std::vector<std::int32_t> kinds;
    std::vector<std::int64_t> ids;
    MARQUEE_TRY(table.read(group, "kind", kinds));
    MARQUEE_TRY(table.read(group, "id", ids));
    for (std::size_t row = 0; row < ids.size(); ++row)
      count += kinds[row] == kUser && users.contains(ids[row]);
  }
  return count;
}

// Rows of the users in one file; none in one that was removed meanwhile.
Result<std::int64_t> count_in(ObjectStore& store, const std::string& key,
                              const UserMentions& users) {
  auto bytes = store.get(key);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) return 0;
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  MARQUEE_ASSIGN(auto table,
                 TableReader::open(std::make_shared<const std::string>(std::move(*bytes)),
                                   fmt::format("{}/{}", store.name(), key)));
  const bool holds_totals =
      key.starts_with(kRatingFolder) && key.find(kTotalsPart) != std::string::npos;
  return holds_totals ? count_totals(table, users) : count_users(table, users);
}

}  // namespace

Result<SilverTraces> find_in_silver(ObjectStore& store, const UserMentions& users, int threads) {
  std::vector<std::string> keys;
  for (const std::string_view folder : {kRatingFolder, kFeatureFolder}) {
    MARQUEE_ASSIGN(const auto objects, store.list(folder));
    for (const ObjectInfo& object : objects)
      if (object.key.ends_with(kSuffix)) keys.push_back(object.key);
  }
  std::atomic<std::int64_t> ratings = 0, features = 0, running = 0;
  MARQUEE_TRY(lake::for_each_index(keys.size(), threads, [&](std::size_t k, auto) -> Status {
    MARQUEE_ASSIGN(const std::int64_t count, count_in(store, keys[k], users));
    auto& sum = keys[k].starts_with(kRatingFolder)    ? ratings
                : keys[k].starts_with(kRunningFolder) ? running
                                                      : features;
    sum += count;
    return {};
  }));
  return SilverTraces{ratings, features, running};
}

}  // namespace marquee
