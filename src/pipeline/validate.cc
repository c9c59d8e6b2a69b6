#include "pipeline/data_checks.h"
#include "pipeline/event_checks.h"
#include "pipeline/run_data.h"
#include "pipeline/task.h"
#include "pipeline/task_bodies.h"
#include "pipeline/volume.h"

namespace marquee {
namespace {

using nlohmann::json;

struct Findings {
  std::vector<Check> checks;
  json figures = json::object();
};

// "a table cannot be read" is a verdict on the data, not a failure of the task.
std::unexpected<Error> unreadable(Error error) {
  error.code = ErrorCode::kUnfit;
  if (error.mend.empty()) error.mend = "restore the database from a copy, or import the data again";
  return std::unexpected(std::move(error));
}

void add_record_for_later_runs(json& figures, const Snapshot& snapshot,
                               const std::optional<std::int64_t>& volume,
                               const RatingHistogram& histogram) {
  figures["sequence"] = snapshot.sequence;
  figures["accepted_events"] = snapshot.accepted_events;
  figures["dead_letters"] = snapshot.dead_letters;
  figures["rating_count"] = snapshot.rating_count;
  figures["new_events"] = volume ? json(*volume) : json();
  figures["histogram"] = histogram;
}

std::vector<Check> check_events(const EventFindings& events, const ValidateOptions& options) {
  return {check_missing(*events.fresh, options), check_duplicates(*events.fresh, options),
          check_order(*events.fresh, options), check_lateness(*events.fresh, options)};
}

Result<Findings> examine(const RunContext& run, const RunData& data) {
  auto ratings = data.source->read_ratings(data.snapshot);
  if (!ratings) return unreadable(std::move(ratings.error()));
  const auto movies = data.movies();
  if (!movies) return unreadable(Error(movies.error()));
  const auto events = data.source->examine_events(data.snapshot);
  if (!events) return unreadable(Error(events.error()));
  Snapshot snapshot = data.snapshot;
  snapshot.rating_count = std::ssize(*ratings);
  snapshot.accepted_events = events->accepted_events;
  snapshot.dead_letters = events->dead_letters;
  const ValidateOptions& options = run.config.validate;
  const auto past = validated_runs_before(run.config.data_dir, run.run_id, snapshot);
  const auto histogram = histogram_of(*ratings, run.config.events);
  const auto histogram_before = past.empty() ? std::nullopt : std::optional(past.back().histogram);
  Findings findings;
  findings.checks = {check_any_ratings(*ratings, movies->size()),
                     check_dead_letters(past, snapshot, options),
                     check_volume(past, snapshot, options),
                     check_bounds(*ratings, run.config.events),
                     check_catalogue(*ratings, *movies, options),
                     check_times(*ratings),
                     check_drift(histogram, histogram_before, options),
                     check_single_ratings(*ratings, options),
                     check_bursts(*ratings, options),
                     check_movie_bursts(*ratings, options)};
  if (events->fresh) {
    const auto checks = check_events(*events, options);
    findings.checks.insert(findings.checks.end(), checks.begin(), checks.end());
  }
  add_record_for_later_runs(findings.figures, snapshot, new_events(past, snapshot), histogram);
  return findings;
}

std::string mend_for(const Check& check) {
  if (check.name == "ratings") return "import some: marquee import --ratings FILE --movies FILE";
  if (check.name == "dead letters")
    return "mend the producer; to accept these once: --set validate.max_dead_letter_share=1";
  if (check.name == "missing")
    return "marquee lake verify says which; read them from the stream again while it has them; to "
           "accept it: --set validate.max_missing_share=1";
  return "see whether the consumer runs and producers send; to accept a quiet night: --set "
         "validate.min_volume_share=0";
}

Status verdict_on(const std::vector<Check>& checks) {
  const auto failed = std::ranges::find(checks, Verdict::kFail, &Check::verdict);
  if (failed == checks.end()) return {};
  return fail(ErrorCode::kUnfit, "the data is not fit to train on: " + failed->finding,
              failed->name, mend_for(*failed));
}

std::string describe(const RunContext& run, const Findings& findings, const Status& verdict) {
  std::string text = fmt::format("validate {}: {}\n", run.run_id,
                                 verdict ? "fit to train on" : "NOT fit to train on");
  for (const Check& check : findings.checks)
    text += fmt::format("  {:<5} {:<15} {}\n", name_of(check.verdict), check.name, check.finding);
  return text;
}

json checks_json(const std::vector<Check>& checks) {
  json list = json::array();
  for (const Check& check : checks)
    list.push_back(
        {{"name", check.name}, {"verdict", name_of(check.verdict)}, {"finding", check.finding}});
  return list;
}

Result<TaskOutcome> validate(const RunContext& run, const RunFolder& folder) {
  const auto data = open_run_data(run, folder);
  if (!data) {
    if (data.error().code == ErrorCode::kCorrupt) return unreadable(Error(data.error()));
    return std::unexpected(data.error());
  }
  if (const Status readable = data->source->check_readable(); !readable)
    return unreadable(Error(readable.error()));
  MARQUEE_ASSIGN(Findings findings, examine(run, *data));
  TaskOutcome outcome;
  outcome.status = verdict_on(findings.checks);
  outcome.text = describe(run, findings, outcome.status);
  outcome.figures = std::move(findings.figures);
  outcome.figures["checks"] = checks_json(findings.checks);
  return outcome;
}

}  // namespace

Result<TaskReport> perform_validate(const RunContext& run) {
  return perform(run, "validate", [&](const RunFolder& folder) { return validate(run, folder); });
}

Result<TaskReport> run_validate(const RunContext& run) {
  return with_lock(run, "validate", [&] { return perform_validate(run); });
}

}  // namespace marquee
