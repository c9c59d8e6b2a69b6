// What the HTTP API answers, without HTTP: a request comes in as plain text views, an answer goes
// out as a status, a type and a body. docs/api.md describes every path; the paths themselves stand
// in routes.h.
//
// What the model in memory can answer is answered at once, on the caller's thread. What waits for a
// disk (lists too, where newer ratings are folded in) or for a reload is answered later, from a
// worker's thread.
#pragma once

#include <functional>
#include <optional>

#include "core/clock.h"
#include "core/config.h"
#include "serving/event_intake.h"
#include "serving/http_message.h"
#include "serving/metrics.h"
#include "serving/model_slot.h"
#include "serving/problem.h"
#include "serving/reloader.h"
#include "serving/routes.h"
#include "serving/stored_profiles.h"
#include "serving/work_thread.h"

namespace marquee::serving {

struct ApiOptions {
  int top_n = 20;                       // length of a list when top_n is not given
  std::size_t max_body_bytes = 65'536;  // a longer body is refused with 413
  EventOptions events;                  // what a valid event is
};

// Finds a user in the store. Called from one thread at a time.
using FindProfile = std::function<Result<StoredProfile>(UserId)>;

// What the API asks of the store, both from the same thread.
struct StoreLookups {
  FindProfile profile;
  FindRatings ratings = {};  // for lists that fold newer ratings in; empty: lists stay as trained
};

// The parts must outlive the Api. Thread-safe.
class Api {
 public:
  Api(const ModelSlot& models, Reloader& reloader, EventIntake& events, StoreLookups store,
      Metrics& metrics, Clock& clock, ApiOptions options);

  // The answer, when memory holds it. nullopt: it takes time; pass the request to answer_later.
  std::optional<Response> answer_now(const Request& request);

  // For requests that answer_now left open. The views of `request` must stay valid until `respond`
  // was called.
  void answer_later(const Request& request, Respond respond);

 private:
  struct Call;  // a request taken apart
  Answer<void> read(Call& call) const;
  std::optional<Answer<Response>> from_memory(const Call& call) const;
  Answer<Response> list(const Call& call) const;
  Answer<Response> similar(const Call& call) const;
  Answer<Response> reload_status(const Call& call) const;
  Response health() const;
  Response metrics_page() const;
  Answer<std::shared_ptr<const ServedModel>> model() const;

  std::optional<FoldedUser> newest_of(const ServedModel& served, UserId user) const;

  void list_later(const Call& call, Respond respond);
  void profile(const Call& call, Respond respond);
  void post_event(const Call& call, Respond respond);
  void post_reload(const Call& call, Respond respond);
  Respond counted(Endpoint endpoint, Respond respond);

  const ModelSlot& models_;
  Reloader& reloader_;
  EventIntake& events_;
  const StoreLookups store_;
  Metrics& metrics_;
  Clock& clock_;
  const ApiOptions options_;
  const TimeMicros started_;
  WorkThread lookups_;  // last: its thread uses store_
};

}  // namespace marquee::serving
