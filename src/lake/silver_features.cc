#include "lake/silver_features.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/durable_file.h"
#include "lake/parquet_table.h"

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
Status write_rows(const fs::path& path, std::span<const Row> rows) {
  MARQUEE_ASSIGN(const std::string bytes, lake::parquet_bytes(columns_of(rows)));
  if (read_file(path) == bytes) return {};
  return write_file_durably(path, bytes);
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

// One of the two folders: where, and what an entity's file name starts with.
struct Folder {
  fs::path path;
  std::string entity_prefix;

  std::string entity_file(std::int64_t id) const {
    return entity_prefix + std::to_string(id) + std::string(kSuffix);
  }
  // Whether a file of that name was written here, by either layout, finished or not.
  bool is_ours(std::string_view name) const {
    if (!take_prefix(name, kBulkPrefix) && !take_prefix(name, entity_prefix)) return false;
    if (!take_number(name) || !take_prefix(name, kSuffix)) return false;
    return name.empty() || (take_prefix(name, ".tmp-") && take_number(name) && name.empty());
  }
};

Result<std::vector<fs::path>> stale_files(const Folder& folder,
                                          const std::set<std::string>& wanted) {
  std::vector<fs::path> stale;
  std::error_code error;
  for (fs::directory_iterator entry(folder.path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (folder.is_ours(name) && !wanted.contains(name)) stale.push_back(entry->path());
  }
  if (error) return std::unexpected(os_error(error.value(), "cannot read folder", folder.path));
  return stale;
}

Status remove_all_but(const Folder& folder, const std::set<std::string>& wanted) {
  MARQUEE_ASSIGN(const auto stale, stale_files(folder, wanted));
  for (const fs::path& path : stale) {
    std::error_code error;
    fs::remove(path, error);
    if (error) return std::unexpected(os_error(error.value(), "cannot remove stale file", path));
  }
  return {};
}

template <typename Row>
Status write_bulk(const Folder& folder, std::span<const Row> rows) {
  const std::string name = std::string(kBulkPrefix) + "0" + std::string(kSuffix);
  MARQUEE_TRY(write_rows(folder.path / name, rows));
  return remove_all_but(folder, {name});
}

template <typename Row>
Status write_per_entity(const Folder& folder, std::span<const Row> rows, std::int64_t Row::* id) {
  std::set<std::string> wanted;
  for (const Row& row : rows) {
    const std::string name = folder.entity_file(row.*id);
    MARQUEE_TRY(write_rows(folder.path / name, std::span(&row, 1)));
    wanted.insert(name);
  }
  return remove_all_but(folder, wanted);
}

template <typename Row>
Status write_folder(const Folder& folder, const SilverOptions& options, std::span<const Row> rows,
                    std::int64_t Row::* id) {
  MARQUEE_TRY(make_folders(folder.path));
  std::vector<Row> sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted, {}, id);
  if (options.layout == "per-entity") return write_per_entity<Row>(folder, sorted, id);
  return write_bulk<Row>(folder, sorted);
}

}  // namespace

Status write_silver_features(const fs::path& data_dir, const SilverOptions& options,
                             std::span<const UserFeatures> users,
                             std::span<const MovieFeatures> movies) {
  const fs::path silver = data_dir / "silver";
  MARQUEE_TRY(
      write_folder(Folder{silver / "user-features", "user_"}, options, users, &UserFeatures::user));
  return write_folder(Folder{silver / "movie-features", "movie_"}, options, movies,
                      &MovieFeatures::movie);
}

}  // namespace marquee
