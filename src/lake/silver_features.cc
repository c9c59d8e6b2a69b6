#include "lake/silver_features.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/durable_file.h"
#include "lake/parquet_table.h"
#include "lake/worker_threads.h"
#include "objects/local_store.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBulkPrefix = "part-";
constexpr std::string_view kSuffix = ".parquet";

// The values of one member over all rows.
template <typename Row, typename Value>
std::vector<Value> member(std::span<const Row> rows, Value Row::* field) {
  std::vector<Value> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(row.*field);
  return values;
}

std::vector<lake::Column> columns_of(std::span<const UserFeatures> rows) {
  using Row = UserFeatures;
  return {{"user_id", member(rows, &Row::user)},
          {"avg_rating", member(rows, &Row::avg_rating)},
          {"rating_count", member(rows, &Row::rating_count)},
          {"std_dev", member(rows, &Row::std_dev)},
          {"last_update", lake::Times{member(rows, &Row::last_update)}}};
}

std::vector<lake::Column> columns_of(std::span<const MovieFeatures> rows) {
  using Row = MovieFeatures;
  return {{"movie_id", member(rows, &Row::movie)},
          {"avg_rating", member(rows, &Row::avg_rating)},
          {"rating_count", member(rows, &Row::rating_count)},
          {"popularity", member(rows, &Row::popularity)},
          {"last_update", lake::Times{member(rows, &Row::last_update)}}};
}

template <typename Row>
Status write_rows(ObjectStore& store, const std::string& key, std::span<const Row> rows) {
  MARQUEE_ASSIGN(const std::string bytes, lake::parquet_bytes(columns_of(rows)));
  if (store.get(key) == bytes) return {};
  return store.put(key, bytes);
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_number(std::string_view& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

// One of the two folders: its prefix, and what an entity's file name starts with.
struct Folder {
  std::string prefix;
  std::string entity_prefix;

  std::string entity_key(std::int64_t id) const {
    return prefix + entity_prefix + std::to_string(id) + std::string(kSuffix);
  }
  // What follows the number and the suffix in a name that either layout writes; nullopt for others.
  std::optional<std::string_view> rest_of(std::string_view name) const {
    if (!take_prefix(name, kBulkPrefix) && !take_prefix(name, entity_prefix)) return std::nullopt;
    if (!take_number(name) || !take_prefix(name, kSuffix)) return std::nullopt;
    return name;
  }
};

const Folder& user_folder() {
  static const Folder folder{"silver/user-features/", "user_"};
  return folder;
}
const Folder& movie_folder() {
  static const Folder folder{"silver/movie-features/", "movie_"};
  return folder;
}

Status remove_all_but(ObjectStore& store, const Folder& folder,
                      const std::set<std::string>& wanted) {
  MARQUEE_ASSIGN(const auto objects, store.list(folder.prefix));
  for (const ObjectInfo& object : objects) {
    const auto rest = folder.rest_of(std::string_view(object.key).substr(folder.prefix.size()));
    if (rest && rest->empty() && !wanted.contains(object.key))
      MARQUEE_TRY(store.remove(object.key));
  }
  return {};
}

template <typename Row>
Status write_bulk(ObjectStore& store, const Folder& folder, std::span<const Row> rows) {
  const std::string key = folder.prefix + std::string(kBulkPrefix) + "0" + std::string(kSuffix);
  MARQUEE_TRY(write_rows(store, key, rows));
  return remove_all_but(store, folder, {key});
}

template <typename Row>
Status write_per_entity(ObjectStore& store, const Folder& folder, std::span<const Row> rows,
                        std::int64_t Row::* id, int threads) {
  MARQUEE_TRY(lake::for_each_index(rows.size(), threads, [&](std::size_t row, std::size_t) {
    return write_rows(store, folder.entity_key(rows[row].*id), rows.subspan(row, 1));
  }));
  std::set<std::string> wanted;
  for (const Row& row : rows) wanted.insert(folder.entity_key(row.*id));
  return remove_all_but(store, folder, wanted);
}

template <typename Row>
Status write_folder(ObjectStore& store, const Folder& folder, const SilverOptions& options,
                    std::span<const Row> rows, std::int64_t Row::* id, int threads) {
  std::vector<Row> sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted, {}, id);
  if (options.layout == "per-entity")
    return write_per_entity<Row>(store, folder, sorted, id, threads);
  return write_bulk<Row>(store, folder, sorted);
}

// "part-0.parquet.tmp-77": a store does not show these.
bool is_temporary(const Folder& folder, std::string_view name) {
  auto rest = folder.rest_of(name);
  return rest && take_prefix(*rest, ".tmp-") && take_number(*rest) && rest->empty();
}

Status remove_temporaries(const Folder& folder, const fs::path& path) {
  std::vector<fs::path> stale;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error))
    if (is_temporary(folder, entry->path().filename().string())) stale.push_back(entry->path());
  if (error) return std::unexpected(os_error(error.value(), "cannot read folder", path));
  for (const fs::path& file : stale)
    if (fs::remove(file, error); error)
      return std::unexpected(os_error(error.value(), "cannot remove stale file", file));
  return {};
}

}  // namespace

Status write_silver_features(ObjectStore& store, const SilverOptions& options,
                             std::span<const UserFeatures> users,
                             std::span<const MovieFeatures> movies, int threads) {
  MARQUEE_TRY(write_folder(store, user_folder(), options, users, &UserFeatures::user, threads));
  return write_folder(store, movie_folder(), options, movies, &MovieFeatures::movie, threads);
}

Status write_silver_features(const fs::path& data_dir, const SilverOptions& options,
                             std::span<const UserFeatures> users,
                             std::span<const MovieFeatures> movies) {
  for (const Folder& folder : {user_folder(), movie_folder()})
    MARQUEE_TRY(make_folders(data_dir / folder.prefix));
  LocalStore store(data_dir);
  MARQUEE_TRY(write_silver_features(store, options, users, movies, 1));
  for (const Folder& folder : {user_folder(), movie_folder()})
    MARQUEE_TRY(remove_temporaries(folder, data_dir / folder.prefix));
  return {};
}

}  // namespace marquee
