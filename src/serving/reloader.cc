#include "serving/reloader.h"

#include "core/log.h"
#include "model/model_data.h"

namespace marquee::serving {
namespace {

constexpr std::size_t kMaxWaiting = 32;
constexpr std::size_t kRemembered = 100;
// How long the reloader waits for requests on the old model, to free its memory off the serving
// threads.
constexpr std::chrono::milliseconds kOldModelPatience{500};

using Stopwatch = std::chrono::steady_clock;

double seconds_since(Stopwatch::time_point start) {
  return std::chrono::duration<double>(Stopwatch::now() - start).count();
}

std::string version_in(const ModelSlot& slot) {
  const auto model = slot.get();
  return model == nullptr ? std::string() : model->model.version;
}

void release_when_unused(std::shared_ptr<const ServedModel> model) {
  const auto start = Stopwatch::now();
  while (model.use_count() > 1 && Stopwatch::now() - start < kOldModelPatience)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void log_end(const ReloadStatus& status) {
  if (status.error)
    spdlog::error("reload {} refused, the present model stays: {}", status.id,
                  status.error->message());
  else
    spdlog::info("reload {}: {} -> {} in {:.3f} s", status.id,
                 status.old_version.empty() ? "none" : status.old_version, status.new_version,
                 status.seconds);
}

}  // namespace

std::string_view name_of(ReloadState state) {
  switch (state) {
    case ReloadState::kQueued:
      return "queued";
    case ReloadState::kRunning:
      return "running";
    case ReloadState::kDone:
      return "done";
    case ReloadState::kFailed:
      return "failed";
  }
  return "";
}

Reloader::Reloader(ModelSlot& slot, Metrics& metrics, ModelSources sources, Clock& clock)
    : slot_(slot),
      metrics_(metrics),
      sources_(std::move(sources)),
      clock_(clock),
      worker_(kMaxWaiting) {}

Reloader::~Reloader() {
  stop();
}

Result<ReloadStatus> Reloader::submit(ReloadSource source, Done done) {
  ReloadStatus queued{
      .source = source, .old_version = version_in(slot_), .new_version = {}, .error = {}};
  {
    const std::lock_guard lock(mutex_);
    queued.id = next_id_++;
  }
  record(queued);
  ++unfinished_;
  if (worker_.post(
          [this, id = queued.id, source, done = std::move(done)] { run(id, source, done); }))
    return queued;
  --unfinished_;
  const std::lock_guard lock(mutex_);
  reloads_.erase(queued.id);
  return fail(ErrorCode::kUnavailable, fmt::format("{} reloads wait already", kMaxWaiting),
              "POST /reload", "wait for them to end; one after the last change is enough");
}

void Reloader::run(std::int64_t id, ReloadSource source, const Done& done) {
  const auto start = Stopwatch::now();
  ReloadStatus status{.id = id,
                      .source = source,
                      .state = ReloadState::kRunning,
                      .old_version = version_in(slot_),
                      .new_version = {},
                      .error = {}};
  record(status);
  auto model = next_model(source);
  std::shared_ptr<const ServedModel> old = slot_.get();
  if (model) {
    status.new_version = (*model)->model.version;
    slot_.set(*model);
  } else {
    status.error = std::move(model.error());
  }
  status.state = status.error ? ReloadState::kFailed : ReloadState::kDone;
  status.seconds = seconds_since(start);
  record(status);
  metrics_.count_reload(!status.error, status.seconds);
  log_end(status);
  --unfinished_;  // first, so that whoever is told finds nothing under way
  if (done) done(status);
  if (!status.error) release_when_unused(std::move(old));
}

Result<std::shared_ptr<const ServedModel>> Reloader::next_model(ReloadSource source) const {
  if (stopping_)
    return fail(ErrorCode::kUnavailable, "the server is stopping", "", "ask again once it runs");
  if (source == ReloadSource::kData) return train();
  auto loaded = sources_.load_production();
  if (loaded) return prepare(std::move(*loaded), ModelOrigin::kProductionFile);
  if (loaded.error().code == ErrorCode::kNotFound && sources_.train_when_missing) return train();
  return std::unexpected(std::move(loaded.error()));
}

Result<std::shared_ptr<const ServedModel>> Reloader::train() const {
  if (!sources_.train)
    return fail(ErrorCode::kUnavailable, "this server does not train models", "POST /reload",
                "run 'marquee train --deploy', then POST /reload without \"source\"");
  MARQUEE_ASSIGN(auto data, sources_.train());
  LoadedModel model{.data = data, .version = version_of_run(data->lineage.run_id), .checksum = {}};
  return prepare(std::move(model), ModelOrigin::kData);
}

Result<std::shared_ptr<const ServedModel>> Reloader::prepare(LoadedModel model,
                                                             ModelOrigin origin) const {
  ListSettings settings{.fold_in = sources_.fold_in};
  if (sources_.rules) {
    auto read = sources_.rules();
    if (!read) {
      read.error().code = ErrorCode::kUnavailable;  // nothing is wrong with the request
      return std::unexpected(std::move(read.error()));
    }
    settings.rules = std::move(*read);
  }
  return prepare_model(std::move(model), origin, clock_.now(), settings);
}

std::optional<ReloadStatus> Reloader::status(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = reloads_.find(id);
  return found == reloads_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ReloadStatus> Reloader::last_ended() const {
  const std::lock_guard lock(mutex_);
  return last_ended_;
}

void Reloader::record(const ReloadStatus& status) {
  const std::lock_guard lock(mutex_);
  reloads_[status.id] = status;
  if (reloads_.size() > kRemembered) reloads_.erase(reloads_.begin());
  if (status.state == ReloadState::kDone || status.state == ReloadState::kFailed)
    last_ended_ = status;
}

}  // namespace marquee::serving
