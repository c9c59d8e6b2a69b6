#include "pipeline/forgetting.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/durable_file.h"
#include "core/timestamp.h"
#include "pipeline/pipeline_lock.h"
#include "pipeline/run_records.h"
#include "pipeline/user_places.h"
#include "registry/models_with_users.h"

namespace marquee {
namespace {

using nlohmann::ordered_json;

constexpr const char* kAuditFile = "forgotten.jsonl";
constexpr const char* kRecordsPlace = "run records";
constexpr const char* kPairSumsPlace = "pair sums";

// The audit of one call: lines that tell of the users no more than how many they were.
class Audit {
 public:
  Audit(const Config& config, const Clock& clock, const ForgettingRequest& request,
        std::size_t users)
      : config_(config), clock_(clock), by_(request.by), users_(users) {}

  Status append(std::string_view outcome, const ForgettingReport& report) const {
    ordered_json places = ordered_json::array();
    for (const ForgettingPlace& place : report.places)
      places.push_back({{"place", place.name},
                        {"found", place.found},
                        {"removed", place.removed()},
                        {"left", place.left}});
    return write({{"outcome", outcome}, {"places", places}});
  }
  // The error's text may name an object, and so a user.
  Status append(const Error& error) const {
    return write({{"outcome", "failed"}, {"error", name_of(error.code)}});
  }

 private:
  Status write(const ordered_json& what) const {
    const TimeMicros second = clock_.now() / kMicrosPerSecond * kMicrosPerSecond;
    ordered_json line = {{"time", format_timestamp(second)},
                         {"action", "forget"},
                         {"by", by_},
                         {"users", users_},
                         {"storage_mode", config_.storage.mode}};
    line.update(what);
    return append_line_durably(config_.data_dir / kAuditFile,
                               line.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }

  const Config& config_;
  const Clock& clock_;
  const std::string& by_;
  const std::size_t users_;
};

Result<std::unique_ptr<UserPlaces>> open_places(const Config& config, Clock& clock,
                                                const UserMentions& users,
                                                const Progress& progress) {
  if (config.storage.mode == "embedded") return open_database_places(config, users);
  return open_lake_places(config, clock, users, progress);
}

// One call, from the scan before to the scan after.
class Forgetting {
 public:
  Forgetting(const Config& config, Clock& clock, const ForgettingRequest& request,
             const UserMentions& users, UserPlaces& places)
      : config_(config),
        clock_(clock),
        request_(request),
        users_(users),
        places_(places),
        registry_(config.data_dir, clock),
        audit_(config, clock, request, users.users().size()) {}

  Result<ForgettingReport> run() {
    MARQUEE_TRY(places_.prepare());
    ForgettingReport report;
    MARQUEE_ASSIGN(report.places, scan());
    MARQUEE_ASSIGN(report.models, models());
    if (report.found() > 0) {
      if (request_.confirm) MARQUEE_TRY(request_.confirm(report));
      MARQUEE_TRY(audit_.append("begun", report));
    }
    const Status done = remove(report);
    if (!done) {
      MARQUEE_TRY(audit_.append(done.error()));
      return std::unexpected(done.error());
    }
    MARQUEE_TRY(audit_.append(report.outcome(), report));
    return report;
  }

 private:
  // With everything found still left.
  Result<std::vector<ForgettingPlace>> scan() {
    MARQUEE_ASSIGN(PlaceCounts counts, places_.find());
    counts.emplace_back(kRecordsPlace, count_in_records(config_.data_dir, users_.users()));
    counts.emplace_back(kPairSumsPlace, count_in_pair_sums(registry_, users_.users()));
    std::vector<ForgettingPlace> places;
    for (auto& [name, count] : counts) places.push_back({std::move(name), count, count});
    return places;
  }

  Result<std::vector<std::string>> models() {
    std::vector<std::string> found = models_with(registry_, users_.users());
    MARQUEE_ASSIGN(const auto elsewhere, places_.models_elsewhere());
    found.insert(found.end(), elsewhere.begin(), elsewhere.end());
    return found;
  }

  Status remove(ForgettingReport& report) {
    const TimeMicros began = clock_.now();
    MARQUEE_ASSIGN(const bool computed, places_.remove());
    if (computed && report.found() > 0) report.exact_as_of = began;
    MARQUEE_TRY(forget_in_records(config_.data_dir, users_.users()));
    MARQUEE_TRY(forget_in_pair_sums(registry_, users_.users()));
    MARQUEE_TRY(forget_training_of(config_.data_dir, report.models));
    MARQUEE_ASSIGN(const auto after, scan());
    for (std::size_t k = 0; k < after.size(); ++k) report.places[k].left = after[k].found;
    return places_.check_undisturbed();
  }

  const Config& config_;
  Clock& clock_;
  const ForgettingRequest& request_;
  const UserMentions& users_;
  UserPlaces& places_;
  const ModelRegistry registry_;
  const Audit audit_;
};

}  // namespace

std::int64_t ForgettingReport::found() const {
  return std::accumulate(places.begin(), places.end(), std::int64_t{0},
                         [](auto sum, const ForgettingPlace& place) { return sum + place.found; });
}

std::int64_t ForgettingReport::left() const {
  return std::accumulate(places.begin(), places.end(), std::int64_t{0},
                         [](auto sum, const ForgettingPlace& place) { return sum + place.left; });
}

std::string_view ForgettingReport::outcome() const {
  if (left() > 0) return "incomplete";
  return found() > 0 ? "forgotten" : "nothing found";
}

Result<ForgettingReport> forget_users(const Config& config, Clock& clock,
                                      const ForgettingRequest& request) {
  const UserMentions users(request.users);
  MARQUEE_ASSIGN(const auto places, open_places(config, clock, users, request.progress));
  MARQUEE_ASSIGN(const PipelineLock lock, PipelineLock::acquire({.data_dir = config.data_dir,
                                                                 .task = "forget",
                                                                 .run_id = run_id_at(clock.now())},
                                                                clock));
  return Forgetting(config, clock, request, users, *places).run();
}

}  // namespace marquee
