// What a night knows of users and movies, for tables of look-ups that are kept elsewhere.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/features.h"
#include "lake/silver_ratings.h"
#include "pipeline/tasks.h"
#include "store/rating_store.h"

namespace marquee {

// Exact rows as of an offset vector, and with them what running statistics must have come to there,
// so that a read can add what is newer: exact + running − totals, partition by partition.
struct NightlyFeatures {
  std::span<const UserFeatures> users;    // by id
  std::span<const MovieFeatures> movies;  // by id
  // By (id, topic, partition), of streams alone: no running row is kept for an import. Their topic
  // is a number in `topics`.
  std::span<const EventTotals> user_totals;
  std::span<const EventTotals> movie_totals;
  std::span<const std::string> topics;
  const OffsetVector& as_of;
};

// Puts the rows, without undoing running increments that are newer.
using PutNightly = std::function<Status(const NightlyFeatures&, const LakeProgress&)>;

// Compares the running increments that lie wholly below a night's offsets with its rows, which are
// there, and removes those below `removable`, which the night covers. Gives how many entities'
// increments were not what they should have been.
using PruneRunning =
    std::function<Result<FeatureRepair>(const OffsetVector& night, const OffsetVector& removable)>;

// Removes running increments that lie wholly below the offsets.
using DropRunningDeltas = std::function<Status(ObjectStore&, const OffsetVector&)>;

}  // namespace marquee
