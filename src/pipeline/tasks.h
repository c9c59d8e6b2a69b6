// pipeline/ is the night: six tasks that read one snapshot and end in a model that is served. It is
// given a data dir and a configuration; it hands on a deployed model and a JSON record of each
// task. Each task can be run again under the same run id with the same result.
//
//   <data-dir>/runs/<run_id>/snapshot.json        what the run reads; written by its first task
//   <data-dir>/runs/<run_id>/<subcommand>.json    what a task did
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/config.h"

namespace marquee {

// A task's outcome. `record` is what stands in runs/<run_id>/<subcommand>.json; "text" is for a
// person.
struct TaskReport {
  nlohmann::json record;
  std::string text;
};

// Tells of progress: a step's name and the share done in [0, 1]. May be empty. Called from any one
// thread.
using Progress = std::function<void(std::string_view step, double share)>;

struct RunContext {
  const Config& config;
  Clock& clock;
  std::string run_id;  // YYYYMMDD_HHMMSS
  Progress progress = {};
  // Told of each task as it ends, whether it succeeded or not. May be empty.
  std::function<void(const TaskReport&)> on_report = {};
  bool wait = false;          // for another run to end, instead of being refused
  std::stop_token stop = {};  // ends waiting, and a pipeline between two tasks (kUnavailable)
};

// The run id of a moment, in UTC.
std::string run_id_at(TimeMicros time);
// Takes YYYYMMDD_HHMMSS or what a scheduler passes (ISO 8601, with offset); anything else is
// kUsage.
Result<std::string> normalise_run_id(std::string_view text);
// The moment that it names, in any of these forms.
Result<TimeMicros> run_time(std::string_view text);
// The id of a new run: that of this moment, or of the first second after it that no run has yet.
std::string new_run_id(const Config& config, const Clock& clock);
// The newest run whose training is done: what evaluate and deploy take when no run is named.
std::optional<std::string> newest_trained_run(const Config& config);

// The six tasks. All but reload hold the data dir's pipeline lock: while another process holds it
// they wait or are refused (kUnavailable, saying who holds it), as run.wait says. kUsage in a mode
// that this version does not have. Errors carry the exit code: kUnfit from validate (3),
// kGateRefused from evaluate (4); both leave their record and report behind. deploy refuses
// (kGateRefused) a run whose evaluation did not pass, unless `force`. evaluate also compares with
// the configuration of the model `against`, any name that ModelRegistry::resolve takes; empty:
// none.
Result<TaskReport> run_validate(const RunContext& run);
Result<TaskReport> run_extract_features(const RunContext& run);
Result<TaskReport> run_train(const RunContext& run);
Result<TaskReport> run_evaluate(const RunContext& run, const std::string& against = {});
Result<TaskReport> run_deploy(const RunContext& run, bool force = false);
// POST /reload to the configured server. kUnavailable when none answers. Without a run id no record
// is kept.
Result<TaskReport> run_reload(const RunContext& run);

// Chains the six on one snapshot under the data dir's pipeline lock; tasks of this run id that are
// done are not repeated. With no server at the configured address reload is recorded as "skipped:
// no server".
Result<TaskReport> run_pipeline(const RunContext& run);

// The run that `marquee pipeline run` without a run id goes on with: the newest one, when it was
// cut short (killed, disk full) and nothing was accepted since its snapshot. nullopt: begin a new
// run.
std::optional<std::string> run_to_resume(const Config& config);

// train, evaluate, gate, deploy: what a person does to put the newest data into production. Volume
// is not judged.
Result<TaskReport> run_train_and_deploy(const RunContext& run);

// Reads the snapshot's data and trains, without a run record: what the server does where there is
// no production model and for {"source": "data"}. kUnfit when there are no ratings.
struct ModelData;
Result<std::shared_ptr<const ModelData>> train_from_store(const Config& config, Clock& clock,
                                                          const Progress& progress);

}  // namespace marquee
