#include "pipeline/nightly_tables.h"

#include <algorithm>

namespace marquee {
namespace {

// Both by id: the totals of one entity lie together.
std::span<const EventTotals> totals_of(std::span<const EventTotals> totals, std::int64_t id) {
  const auto found = std::ranges::equal_range(totals, id, {}, &EventTotals::id);
  return {found.begin(), found.end()};
}

std::vector<PartitionTotals> partition_totals(const NightlyFeatures& night,
                                              std::span<const EventTotals> totals) {
  std::vector<PartitionTotals> parts;
  for (const EventTotals& total : totals) {
    const std::string& topic = night.topics[static_cast<std::size_t>(total.topic)];
    parts.push_back({topic,
                     total.partition,
                     offset_of(night.as_of, topic, total.partition),
                     {total.count, total.sum, total.square_sum, total.last_update}});
  }
  return parts;
}

double sum_of(double average, std::int64_t count) {
  return average * static_cast<double>(count);
}

std::vector<ReadUpTo> read_up_to(const OffsetVector& offsets) {
  std::vector<ReadUpTo> read;
  for (const TopicOffset& offset : offsets)
    if (!is_import(offset.topic))
      read.push_back({offset.topic, offset.partition, offset.next_offset});
  return read;
}

}  // namespace

std::vector<NightlyUser> nightly_users(const NightlyFeatures& night, TimeMicros as_of) {
  std::vector<NightlyUser> rows;
  rows.reserve(night.users.size());
  for (const UserFeatures& user : night.users) {
    const double mean_square = user.std_dev * user.std_dev + user.avg_rating * user.avg_rating;
    rows.push_back({.features = user,
                    .sum = sum_of(user.avg_rating, user.rating_count),
                    .square_sum = sum_of(mean_square, user.rating_count),
                    .as_of = as_of,
                    .totals = partition_totals(night, totals_of(night.user_totals, user.user))});
  }
  return rows;
}

// Movies have no deviation, so the squares of their ratings are of no use to anybody.
std::vector<NightlyMovie> nightly_movies(const NightlyFeatures& night, TimeMicros as_of) {
  std::vector<NightlyMovie> rows;
  rows.reserve(night.movies.size());
  for (const MovieFeatures& movie : night.movies)
    rows.push_back({.features = movie,
                    .sum = sum_of(movie.avg_rating, movie.rating_count),
                    .square_sum = 0,
                    .as_of = as_of,
                    .totals = partition_totals(night, totals_of(night.movie_totals, movie.movie))});
  return rows;
}

PutNightly put_nightly_into_tables(const Config& config, TimeMicros as_of) {
  return [&config, as_of](const NightlyFeatures& night, const Progress& progress) -> Status {
    if (progress) progress("writing the feature tables", 0.6);
    MARQUEE_ASSIGN(const auto tables, open_feature_tables(config));
    return tables->put_nightly(nightly_users(night, as_of), nightly_movies(night, as_of));
  };
}

PruneRunning prune_running_in_tables(const Config& config) {
  return
      [&config](const OffsetVector& night, const OffsetVector& removable) -> Result<FeatureRepair> {
        MARQUEE_ASSIGN(const auto tables, open_feature_tables(config));
        const std::vector<ReadUpTo> read = read_up_to(night), gone = read_up_to(removable);
        MARQUEE_ASSIGN(const auto users, tables->prune_running(EntityKind::kUser, read, gone));
        MARQUEE_ASSIGN(const auto movies, tables->prune_running(EntityKind::kMovie, read, gone));
        return FeatureRepair{users.disagreed, movies.disagreed};
      };
}

}  // namespace marquee
