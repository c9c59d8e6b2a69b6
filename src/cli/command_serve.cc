// marquee serve: the API, with the consumer and the scheduler beside it.
#include <semaphore.h>

#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>

#include "cli/command.h"
#include "cli/lake_parts.h"
#include "ingest/consumer.h"
#include "model/model_data.h"
#include "pipeline/nightly.h"
#include "pipeline/nights.h"
#include "pipeline/tasks.h"
#include "registry/model_registry.h"
#include "registry/production_supply.h"
#include "serving/model_follower.h"
#include "serving/service.h"
#include "stream/kafka_settings.h"

namespace marquee::cli {
namespace {

using Stopwatch = std::chrono::steady_clock;

// In Kafka's group a member of its own: `marquee consume` on the same data dir must not drive it
// out, nor the other way round.
Config as_own_member(Config config) {
  config.kafka.instance_id = kafka_instance_id(config) + "-serve";
  return config;
}

// Applies the stream's events to the store, once there is a stream, until destroyed.
class ConsumerThread {
 public:
  static Result<std::unique_ptr<ConsumerThread>> start(const Config& config, Clock& clock) {
    MARQUEE_ASSIGN(auto store, RatingStore::open(config.data_dir, sqlite::Access::kReadWrite));
    return std::unique_ptr<ConsumerThread>(new ConsumerThread(config, clock, std::move(store)));
  }

 private:
  ConsumerThread(const Config& config, Clock& clock, RatingStore store)
      : config_(as_own_member(config)),
        clock_(clock),
        store_(std::move(store)),
        thread_([this](std::stop_token stop) { consume(std::move(stop)); }) {}

  void consume(std::stop_token stop) {
    const auto source = await_source(config_, clock_, stop);
    if (source == nullptr) return;
    Consumer consumer(*source, store_, config_);
    const auto ended = consumer.run(stop, std::chrono::milliseconds(0));
    if (!ended) spdlog::error("events are no longer applied: {}", ended.error().message());
  }

  const Config config_;
  Clock& clock_;
  RatingStore store_;
  std::jthread thread_;  // last: it uses all of the above
};

Result<std::shared_ptr<const ModelData>> train_on_newest(Context& context) {
  return train_from_store(context.config, context.clock, {});
}

bool is_embedded(const Config& config) {
  return config.storage.mode == "embedded";
}

bool consumes(const Config& config) {
  return is_embedded(config) && config.server.consume;
}

serving::ModelSources model_sources(Context& context, const ModelRegistry& registry,
                                    ProductionSupply& published) {
  serving::ModelSources sources;
  if (is_embedded(context.config))
    sources.load_production = [&registry] { return load_production_file(registry); };
  else
    sources.load_production = [&published] { return published.load(); };
  sources.rules = [&context] { return read_rules(context.config.rules); };
  sources.train = [&context] { return train_on_newest(context); };
  sources.fold_in = context.config.server.fold_in;
  sources.train_when_missing = is_embedded(context.config);
  return sources;
}

// SIGINT and SIGTERM, taken by wait(). A handler and not a mask: libraries start threads before
// main, which a mask would not reach. For one at a time.
class StopSignals {
 public:
  StopSignals() {
    ::sem_init(&arrived_, 0, 0);
    struct sigaction action{};
    action.sa_handler = [](int) { ::sem_post(&arrived_); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends the program at once
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
  }
  // Returns when one arrives, or has arrived already.
  void wait() const {
    while (::sem_wait(&arrived_) != 0) continue;  // interrupted by another signal
  }

 private:
  static inline sem_t arrived_;
};

void tell_ready(const Context& context, const std::string& url, const serving::ServedModel& served,
                double seconds) {
  const auto users = served.model.data->user_count(), movies = served.model.data->item_count();
  context.print({{"url", url},
                 {"ready", true},
                 {"model", served.model.version},
                 {"users", users},
                 {"movies", movies},
                 {"seconds", seconds}},
                fmt::format("serving {} with {} ({} users, {} movies), ready in {:.3f} s", url,
                            served.model.version, users, movies, seconds));
}

void tell_not_ready(const Context& context, const std::string& url, const Error& error) {
  context.print({{"url", url}, {"ready", false}, {"what", error.what}, {"mend", error.mend}},
                fmt::format("serving {} without a model: {}", url, error.message()));
}

// The server and what runs beside it.
class Serving {
 public:
  explicit Serving(Context& context)
      : context_(context),
        registry_(context.config.data_dir, context.clock),
        published_(registry_, [&config = context.config] { return open_object_store(config); }),
        stored_profiles_(context.config.data_dir),
        lake_profiles_(context.config) {}

  Status run(bool with_scheduler) {
    const Config& config = context_.config;
    MARQUEE_TRY(read_rules(config.rules));  // fails here rather than at the first model
    MARQUEE_ASSIGN(auto socket,
                   serving::ListeningSocket::open(config.server.host,
                                                  static_cast<std::uint16_t>(config.server.port)));
    url_ = socket.url();
    MARQUEE_ASSIGN(sink_, open_sink_patiently(config, context_.clock));
    const StopSignals signals;
    MARQUEE_TRY(start_beside(with_scheduler));
    service_ = std::make_unique<serving::Service>(
        config, serving::ServiceParts{model_sources(context_, registry_, published_), *sink_,
                                      store_lookups(), context_.clock});
    MARQUEE_TRY(open_doors(std::move(socket)));
    watch_nights();
    follow_published_models();
    signals.wait();
    stop();
    return {};
  }

 private:
  Status start_beside(bool with_scheduler) {
    if (consumes(context_.config)) {
      MARQUEE_ASSIGN(consumer_, ConsumerThread::start(context_.config, context_.clock));
    }
    if (with_scheduler) {
      MARQUEE_ASSIGN(scheduler_, start_nightly_runs(context_.config, context_.clock));
    }
    return {};
  }

  // A stored model is loaded before the first answer; one that must be built is waited for by the
  // clients.
  Status open_doors(serving::ListeningSocket socket) {
    std::promise<serving::ReloadStatus> ended;
    const bool stored = std::filesystem::exists(registry_.production_path());
    if (stored) {
      service_->load_first_model(
          [&](const serving::ReloadStatus& status) { ended.set_value(status); });
      const auto status = ended.get_future().get();
      MARQUEE_TRY(service_->listen(std::move(socket)));
      tell(status);
      return {};
    }
    MARQUEE_TRY(service_->listen(std::move(socket)));
    service_->load_first_model([this](const serving::ReloadStatus& status) { tell(status); });
    return {};
  }

  void watch_nights() {
    const auto served = [this]() -> std::optional<TimeMicros> {
      const auto model = service_->model();
      if (model == nullptr || model->trained == kUnknownTime) return std::nullopt;
      return model->trained;
    };
    nights_.emplace(context_.config, context_.clock, served, [this](const Nights& nights) {
      service_->note_nights({nights.last_success, nights.missed.has_value()});
    });
  }

  void follow_published_models() {
    const std::int64_t seconds = context_.config.server.model_poll_seconds;
    if (is_embedded(context_.config) || seconds == 0) return;
    follower_ = std::make_unique<serving::ModelFollower>(
        serving::FollowedModel{.published = [this] { return published_.published_checksum(); },
                               .served =
                                   [this] {
                                     const auto served = service_->model();
                                     return served ? served->model.checksum : std::string();
                                   },
                               .reload = [this] { return service_->reload(); }},
        context_.clock, std::chrono::seconds(seconds));
  }

  Result<serving::StoredProfile> profile_of(UserId user) {
    return is_embedded(context_.config) ? stored_profiles_.find(user) : lake_profiles_.find(user);
  }

  serving::StoreLookups store_lookups() {
    serving::StoreLookups store{.profile = [this](UserId user) { return profile_of(user); }};
    if (context_.config.server.fold_in)
      store.ratings = [this](UserId user) { return stored_profiles_.ratings(user); };
    return store;
  }

  void tell(const serving::ReloadStatus& status) const {
    const double seconds = std::chrono::duration<double>(Stopwatch::now() - start_).count();
    if (const auto served = service_->model())
      tell_ready(context_, url_, *served, seconds);
    else if (status.error)
      tell_not_ready(context_, url_, *status.error);
  }

  void stop() {
    follower_.reset();
    spdlog::info("stopping: requests in flight have {} s", context_.config.server.shutdown_seconds);
    const bool finished =
        service_->stop(std::chrono::seconds(context_.config.server.shutdown_seconds));
    if (!finished) spdlog::warn("stopped with requests unanswered");
    consumer_.reset();
    // Training cannot be interrupted, and a pipeline run goes on where it stopped: leave them.
    if (service_->reloading() || pipeline_runs()) leave_at_once();
  }

  bool pipeline_runs() const {
    if (scheduler_ == nullptr) return false;
    const auto state = read_scheduler_state(context_.config.data_dir);
    return state && !state->finished;
  }

  [[noreturn]] static void leave_at_once() {
    std::cout.flush();
    spdlog::default_logger()->flush();
    std::_Exit(EXIT_SUCCESS);
  }

  Context& context_;
  const Stopwatch::time_point start_ = Stopwatch::now();
  ModelRegistry registry_;
  ProductionSupply published_;
  serving::StoredProfiles stored_profiles_;
  LakeProfiles lake_profiles_;
  std::string url_;
  std::unique_ptr<EventSink> sink_;
  std::unique_ptr<ConsumerThread> consumer_;
  std::unique_ptr<SchedulerThread> scheduler_;
  std::unique_ptr<serving::Service> service_;  // it uses all of the above
  std::optional<NightWatch> nights_;           // it uses the service, as does
  std::unique_ptr<serving::ModelFollower> follower_;
};

}  // namespace

void add_serve(CLI::App& app) {
  static std::int64_t port = -1;
  static bool with_scheduler = false;
  CLI::App* command = add_command(
      app, "serve",
      "Answers recommendations over HTTP, takes events, and reloads models while it runs",
      "marquee serve --port 8082 --with-scheduler", [](Context& context) {
        if (port >= 0) context.config.server.port = port;
        return Serving(context).run(with_scheduler);
      });
  command
      ->add_option("--port", port, "Port to listen on; 0 takes a free one (default: server.port)")
      ->check(CLI::Range(0, 65535));
  command->add_flag("--with-scheduler", with_scheduler, "Also run the pipeline at schedule.cron");
}

}  // namespace marquee::cli
