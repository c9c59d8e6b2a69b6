// What the commands put together where storage.mode is aws.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "core/clock.h"
#include "core/config.h"
#include "dynamodb/feature_tables.h"
#include "ingest/consumer.h"
#include "serving/stored_profiles.h"

namespace marquee::cli {

// Moves events into the lake until `stop` or, when `idle` is not zero, until nothing came for so
// long. Contracts as of LakeConsumer::run. Fails within seconds when the stream, the lake or the
// tables cannot be reached.
Result<ConsumedCounts> consume_into_lake(const Config& config, Clock& clock, std::stop_token stop,
                                         std::chrono::milliseconds idle);

// What was compacted and imported, without waiting for anything newer.
struct KnownRatings {
  std::vector<Rating> ratings;  // by (user, movie)
  std::vector<Movie> movies;    // by id
};
Result<KnownRatings> read_known_ratings(const Config& config);

// Statistics of users as the tables hold them now. Connects when first asked, and again after that
// failed. For one thread at a time.
class LakeProfiles {
 public:
  // `config` must outlive it.
  explicit LakeProfiles(const Config& config) : config_(config) {}

  // An empty profile when the tables do not know the user.
  Result<serving::StoredProfile> find(UserId user);

 private:
  const Config& config_;
  std::unique_ptr<FeatureTables> tables_;
};

}  // namespace marquee::cli
