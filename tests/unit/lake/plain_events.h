// Events of a test, put into Bronze, and the plain twin of what is computed from them.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/timestamp.h"
#include "lake/bronze_name.h"
#include "lake/rating_manifest.h"
#include "objects/object_store.h"

namespace marquee {

struct PlainEvent {
  Rating rating;
  Provenance source;
};

inline PlainEvent event(UserId user, MovieId movie, float value, TimeMicros time,
                        std::int64_t offset, std::int32_t partition = 0,
                        std::string topic = "user-events") {
  const SourceKind kind = source_kind_of(topic);
  return {{user, movie, value, time}, {kind, std::move(topic), partition, offset}};
}

inline std::string line_of(const PlainEvent& event) {
  const std::string time =
      event.rating.time == kUnknownTime
          ? ""
          : fmt::format(R"(,"timestamp":"{}")", format_timestamp(event.rating.time));
  return fmt::format(
      R"({{"user_id":{},"movie_id":{},"rating":{}{},"_source":{{"topic":"{}","partition":{},"offset":{}}}}})"
      "\n",
      event.rating.user, event.rating.movie, event.rating.value, time, event.source.topic,
      event.source.partition, event.source.offset);
}

// One object for each date and partition.
inline Status put_bronze(ObjectStore& store, const std::vector<PlainEvent>& events) {
  std::map<std::tuple<std::string, std::string, std::int32_t>, std::map<std::int64_t, std::string>>
      objects;
  for (const PlainEvent& event : events)
    objects[{lake::date_of(lake::day_of(event.rating.time)), event.source.topic,
             event.source.partition}][event.source.offset] = line_of(event);
  for (const auto& [place, lines] : objects) {
    const auto& [date, topic, partition] = place;
    std::string text;
    for (const auto& [offset, line] : lines) text += line;
    const std::string key = lake::key_of({.kind = lake::BronzeKind::kEvents,
                                          .date = date,
                                          .partition = {topic, partition},
                                          .first = lines.begin()->first,
                                          .last = lines.rbegin()->first,
                                          .compression = lake::Compression::kNone});
    MARQUEE_TRY(store.put(key, text));
  }
  return {};
}

inline bool is_below(const PlainEvent& event, const OffsetVector& offsets) {
  return event.source.offset < offset_of(offsets, event.source.topic, event.source.partition);
}

// The contract word for word: of each (user, movie) pair the greatest event.
inline std::vector<Rating> plain_ratings(const std::vector<PlainEvent>& events,
                                         const OffsetVector& offsets) {
  std::map<std::pair<UserId, MovieId>, std::pair<RatingOrder, Rating>> latest;
  for (const PlainEvent& event : events) {
    if (!is_below(event, offsets)) continue;
    const RatingOrder order{event.rating.time, event.source};
    const auto [found, is_new] =
        latest.try_emplace({event.rating.user, event.rating.movie}, order, event.rating);
    if (!is_new && found->second.first < order) found->second = {order, event.rating};
  }
  std::vector<Rating> ratings;
  for (const auto& [pair, row] : latest) ratings.push_back(row.second);
  return ratings;
}

struct PlainTotals {
  std::int64_t count = 0;
  double sum = 0;
  double square_sum = 0;
  TimeMicros last_update = kUnknownTime;
  friend bool operator==(const PlainTotals&, const PlainTotals&) = default;
};
// By (is a movie, id, topic, partition).
using PlainTotalsMap =
    std::map<std::tuple<bool, std::int64_t, std::string, std::int32_t>, PlainTotals>;

inline PlainTotalsMap plain_totals(const std::vector<PlainEvent>& events,
                                   const OffsetVector& offsets) {
  PlainTotalsMap totals;
  for (const PlainEvent& event : events) {
    if (!is_below(event, offsets)) continue;
    for (const bool is_movie : {false, true}) {
      const std::int64_t id = is_movie ? event.rating.movie : event.rating.user;
      PlainTotals& row = totals[{is_movie, id, event.source.topic, event.source.partition}];
      ++row.count;
      row.sum += event.rating.value;
      row.square_sum += static_cast<double>(event.rating.value) * event.rating.value;
      row.last_update = std::max(row.last_update, event.rating.time);
    }
  }
  return totals;
}

}  // namespace marquee
