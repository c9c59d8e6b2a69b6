// Swaps models: loads or trains the next one beside the present one, checks it, and puts it into
// the slot.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "serving/metrics.h"
#include "serving/model_slot.h"
#include "serving/served_model.h"
#include "serving/work_thread.h"

namespace marquee::serving {

// Where models come from. Called from the reloader's thread, one at a time.
struct ModelSources {
  // The production model, judged by its bytes; kNotFound when there is none.
  std::function<Result<LoadedModel>()> load_production;
  // Trains on the newest data; kUnfit when there is none to train on. Empty: this server cannot
  // train.
  std::function<Result<std::shared_ptr<const ModelData>>()> train;
  // Whether a missing production model is replaced by one that is trained (embedded mode).
  bool train_when_missing = false;
  // The rules for lists, read anew for each model; empty: none.
  std::function<Result<ListRules>()> rules = {};
  bool fold_in = false;  // prepare models for ratings that are newer than they
};

enum class ReloadSource { kProduction, kData };
enum class ReloadState { kQueued, kRunning, kDone, kFailed };
std::string_view name_of(ReloadState state);

struct ReloadStatus {
  std::int64_t id = 0;
  ReloadSource source = ReloadSource::kProduction;
  ReloadState state = ReloadState::kQueued;
  std::string old_version;     // empty: there was no model
  std::string new_version;     // empty unless done
  double seconds = 0;          // from its start to the swap or the failure
  std::optional<Error> error;  // when failed
};

// Reloads one at a time, in the order asked for. A model that is refused leaves the slot as it is.
// Thread-safe.
class Reloader {
 public:
  using Done = std::function<void(const ReloadStatus&)>;

  // `slot`, `metrics` and `clock` must outlive it.
  Reloader(ModelSlot& slot, Metrics& metrics, ModelSources sources, Clock& clock);
  // Waits for a running reload; those that wait fail with kUnavailable.
  ~Reloader();

  // Gives the queued reload at once; `done` (may be empty) is called once, from the reloader's
  // thread, when the new model is in the slot or was refused. kUnavailable when too many wait.
  Result<ReloadStatus> submit(ReloadSource source, Done done);

  // Of the last hundred reloads; nullopt for any other id.
  std::optional<ReloadStatus> status(std::int64_t id) const;
  // The newest one that ended.
  std::optional<ReloadStatus> last_ended() const;

  // A reload is running or waits.
  bool busy() const { return unfinished_.load() > 0; }
  // From now on reloads that wait and those that come fail with kUnavailable.
  void stop() { stopping_ = true; }

 private:
  void run(std::int64_t id, ReloadSource source, const Done& done);
  Result<std::shared_ptr<const ServedModel>> next_model(ReloadSource source) const;
  Result<std::shared_ptr<const ServedModel>> train() const;
  Result<std::shared_ptr<const ServedModel>> prepare(LoadedModel model, ModelOrigin origin) const;
  void record(const ReloadStatus& status);

  ModelSlot& slot_;
  Metrics& metrics_;
  const ModelSources sources_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::int64_t, ReloadStatus> reloads_;
  std::int64_t next_id_ = 1;
  std::optional<ReloadStatus> last_ended_;
  std::atomic<int> unfinished_{0};
  std::atomic<bool> stopping_{false};
  WorkThread worker_;  // last: its thread uses all of the above
};

}  // namespace marquee::serving
