// What a night knows, in the form in which the tables for look-ups keep it.
#pragma once

#include <vector>

#include "dynamodb/feature_tables.h"
#include "pipeline/nightly_features.h"

namespace marquee {

// The rows of the tables: features with the totals of the same entity. `as_of` is the time that the
// run is named by.
std::vector<NightlyUser> nightly_users(const NightlyFeatures& night, TimeMicros as_of);
std::vector<NightlyMovie> nightly_movies(const NightlyFeatures& night, TimeMicros as_of);

// Both connect to the tables of the configuration when they are called. `config` must outlive them.
PutNightly put_nightly_into_tables(const Config& config, TimeMicros as_of);
PruneRunning prune_running_in_tables(const Config& config);

}  // namespace marquee
