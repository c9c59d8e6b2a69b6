// The whole of serving in one object: model slot, reloader, event intake, metrics, API and HTTP
// server, put together from a configuration and the parts that come from other rooms.
#pragma once

#include <chrono>
#include <memory>

#include "core/clock.h"
#include "core/config.h"
#include "serving/api.h"
#include "serving/http_server.h"
#include "serving/reloader.h"

namespace marquee::serving {

struct ServiceParts {
  ModelSources models;
  EventSink& events;         // where POST /events puts what it accepts
  StoreLookups store;        // called from one thread at a time
  Clock& clock;
};

// Not thread-safe itself; what it runs is. The parts and `config` must outlive it.
class Service {
 public:
  Service(const Config& config, ServiceParts parts);
  // Cuts off what still runs; waits for a reload that is under way.
  ~Service();

  // Loads or builds the first model in the background; `done` is called from another thread.
  void load_first_model(Reloader::Done done);
  // Asks for the production model, as POST /reload does, and does not wait for it. kUnavailable when
  // too many reloads wait.
  Status reload();
  // Starts to answer.
  Status listen(ListeningSocket socket);
  // See HttpServer::stop. Reloads that wait are refused.
  bool stop(std::chrono::milliseconds patience);

  // For /metrics. Thread-safe.
  void note_nights(const NightFigures& nights) { metrics_.note_nights(nights); }

  std::shared_ptr<const ServedModel> model() const { return slot_.get(); }
  bool reloading() const { return reloader_.busy(); }

 private:
  const Config& config_;
  ModelSlot slot_;
  Metrics metrics_;
  Reloader reloader_;
  EventIntake intake_;
  Api api_;
  std::unique_ptr<HttpServer> http_;  // last: its threads use all of the above
};

}  // namespace marquee::serving
