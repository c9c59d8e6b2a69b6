#include "serving/api.h"

#include <spdlog/spdlog.h>

#include <charconv>

#include "events/rating_event.h"
#include "serving/json_text.h"
#include "serving/list_answers.h"
#include "serving/list_query.h"
#include "serving/reload_request.h"
#include "serving/routes.h"
#include "serving/state_answers.h"
#include "serving/target.h"

namespace marquee::serving {
namespace {

constexpr std::size_t kMaxWaitingLookups = 1000;
constexpr std::string_view kEventMend =
    R"(send {"user_id": 123, "movie_id": 456, "rating": 4.5, "timestamp": "2025-03-15T10:00:00Z"})";

using Stopwatch = std::chrono::steady_clock;

Answer<std::int64_t> parse_id(std::string_view text, std::string_view noun) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc() && end == text.data() + text.size() && id > 0) return id;
  return refuse(ProblemKind::kInvalidId, fmt::format("'{}' is no {} id", text, noun),
                "an id is a whole number from 1 to 9223372036854775807");
}

// Media types that nobody sends JSON as. curl's default, application/x-www-form-urlencoded, is let
// through.
bool is_foreign(std::string_view content_type) {
  for (const std::string_view foreign : {"multipart/", "image/", "audio/", "video/", "font/",
                                         "text/html", "text/xml", "text/csv", "application/xml"})
    if (content_type.starts_with(foreign)) return true;
  return false;
}

Response ok(std::string body, std::string_view content_type = kJsonType) {
  return {.status = 200, .content_type = content_type, .body = std::move(body), .headers = {}};
}

// An answer or a refusal as it leaves the API.
Response finish(Answer<Response> answer, Endpoint endpoint, const Request& request) {
  if (answer) return std::move(*answer);
  Response response = to_response(answer.error(), request.target);
  if (answer.error().kind == ProblemKind::kMethodNotAllowed)
    response.headers.emplace_back("Allow", allowed_methods(endpoint));
  return response;
}

Problem busy_problem(std::string detail) {
  return {ProblemKind::kBusy, std::move(detail), "ask again in a few seconds"};
}

Response reload_response(const ReloadStatus& status, std::string_view target) {
  return status.error ? to_response(problem_from(*status.error), target) : ok(reload_json(status));
}

Response accepted_reload(const ReloadStatus& status) {
  Response response = ok(reload_json(status));
  response.status = 202;
  response.headers.emplace_back("Location", fmt::format("/reload/status/{}", status.id));
  return response;
}

Response kept_event(const StreamPosition& position) {
  return ok(to_text(
      {{"topic", position.topic}, {"partition", position.partition}, {"offset", position.offset}}));
}

}  // namespace

struct Api::Call {
  const Request& request;
  Target target;
  Route route;
};

Api::Api(const ModelSlot& models, Reloader& reloader, EventIntake& events, StoreLookups store,
         Metrics& metrics, Clock& clock, ApiOptions options)
    : models_(models),
      reloader_(reloader),
      events_(events),
      store_(std::move(store)),
      metrics_(metrics),
      clock_(clock),
      options_(options),
      started_(clock.now()),
      lookups_(kMaxWaitingLookups) {}

std::optional<Response> Api::answer_now(const Request& request) {
  const auto start = Stopwatch::now();
  Call call{request, {}, {}};
  const auto readable = read(call);
  auto answer = readable ? from_memory(call) : std::unexpected(readable.error());
  if (!answer) return std::nullopt;
  Response response = finish(std::move(*answer), call.route.endpoint, request);
  metrics_.count_request(call.route.endpoint, response.status, Stopwatch::now() - start);
  return response;
}

void Api::answer_later(const Request& request, Respond respond) {
  Call call{request, {}, {}};
  const auto readable = read(call);
  const Endpoint endpoint = call.route.endpoint;
  respond = counted(endpoint, std::move(respond));
  if (!readable) return respond(finish(std::unexpected(readable.error()), endpoint, request));
  switch (endpoint) {
    case Endpoint::kRecommend:
    case Endpoint::kInternalRecommend:
      return list_later(call, std::move(respond));
    case Endpoint::kProfile:
      return profile(call, std::move(respond));
    case Endpoint::kEvents:
      return post_event(call, std::move(respond));
    case Endpoint::kReload:
      return post_reload(call, std::move(respond));
    default:
      return respond(finish(*from_memory(call), endpoint, request));
  }
}

// Measures from now to the answer.
Respond Api::counted(Endpoint endpoint, Respond respond) {
  return
      [this, endpoint, start = Stopwatch::now(), respond = std::move(respond)](Response response) {
        metrics_.count_request(endpoint, response.status, Stopwatch::now() - start);
        respond(std::move(response));
      };
}

Answer<void> Api::read(Call& call) const {
  const Request& request = call.request;
  auto target = parse_target(request.target);
  if (!target)
    return refuse(ProblemKind::kInvalidTarget,
                  "the path is no absolute path or has a broken %-escape",
                  "send a path like /recommend/123");
  call.target = std::move(*target);
  call.route = find_route(call.target);
  if (call.route.endpoint == Endpoint::kNone)
    return refuse(
        ProblemKind::kUnknownPath, "there is no such path",
        "try /recommend/{user_id}, /movie/{movie_id}/similar, /user/{user_id}/profile or /health");
  if (!allows(call.route.endpoint, request.method))
    return refuse(ProblemKind::kMethodNotAllowed, "this path does not answer that method",
                  fmt::format("use {}", allowed_methods(call.route.endpoint)));
  if (request.body.size() > options_.max_body_bytes)
    return refuse(ProblemKind::kBodyTooLarge,
                  fmt::format("the body is longer than {} bytes", options_.max_body_bytes),
                  "send one event a request, or raise server.max_body_bytes");
  if (!request.body.empty() && is_foreign(request.content_type))
    return refuse(ProblemKind::kUnsupportedMediaType,
                  fmt::format("the body is sent as '{}'", request.content_type),
                  "send JSON with Content-Type: application/json");
  return {};
}

std::optional<Answer<Response>> Api::from_memory(const Call& call) const {
  switch (call.route.endpoint) {
    case Endpoint::kRecommend:
    case Endpoint::kInternalRecommend:
      if (store_.ratings) return std::nullopt;
      return list(call);
    case Endpoint::kSimilar:
      return similar(call);
    case Endpoint::kReloadStatus:
      return reload_status(call);
    case Endpoint::kHealth:
      return health();
    case Endpoint::kMetrics:
      return metrics_page();
    default:
      return std::nullopt;
  }
}

Answer<std::shared_ptr<const ServedModel>> Api::model() const {
  auto served = models_.get();
  if (served != nullptr) return served;
  return std::unexpected(no_model_problem(reloader_.last_ended(), reloader_.busy()));
}

// The list that a request asks for; waits for the store where newer ratings are folded in.
Answer<Response> Api::list(const Call& call) const {
  MARQUEE_ASSIGN(const auto user, parse_id(call.route.id, "user"));
  MARQUEE_ASSIGN(const ListQuery query, read_list_query(call.target, options_.top_n));
  MARQUEE_ASSIGN(const auto served, model());
  if (const auto known = served->recommender.check_genres(query.rules); !known)
    return refuse(ProblemKind::kInvalidFilter, known.error().what, known.error().mend);
  std::optional<ItemFilter> filter;
  if (!query.rules.empty()) filter = served->recommender.filter(query.rules, &served->rules);
  const ListRequest wanted{query.top_n, query.include_rated, filter ? &*filter : &served->rules};
  const auto folded = newest_of(*served, user);
  const ListOwner owner{user, folded ? &*folded : nullptr};
  if (call.route.endpoint == Endpoint::kInternalRecommend)
    return ok(recommend_json(*served, owner, wanted));
  return ok(recommend_text(*served, owner, wanted), kTextType);
}

// The user with the ratings of the store; nullopt where the model's own list stands. A store that
// cannot be read costs the newest ratings, not the answer.
std::optional<FoldedUser> Api::newest_of(const ServedModel& served, UserId user) const {
  if (served.fold_in == nullptr || !store_.ratings) return std::nullopt;
  const auto ratings = store_.ratings(user);
  if (!ratings) {
    spdlog::warn("ratings are not folded in: {}", ratings.error().message());
    return std::nullopt;
  }
  return newer_than_model(*served.fold_in, user, *ratings);
}

Answer<Response> Api::similar(const Call& call) const {
  MARQUEE_ASSIGN(const auto movie, parse_id(call.route.id, "movie"));
  MARQUEE_ASSIGN(const auto n, read_top_n(call.target, options_.top_n));
  MARQUEE_ASSIGN(const auto served, model());
  if (!served->recommender.knows_movie(movie))
    return refuse(ProblemKind::kUnknownMovie, fmt::format("the model knows no movie {}", movie),
                  "movies become known when a model is trained after they were imported or rated");
  return ok(similar_json(*served, movie, n));
}

Answer<Response> Api::reload_status(const Call& call) const {
  MARQUEE_ASSIGN(const auto id, parse_id(call.route.id, "reload"));
  const auto status = reloader_.status(id);
  if (!status)
    return refuse(ProblemKind::kUnknownReload, fmt::format("there is no reload {}", id),
                  "the last hundred since the server started are remembered");
  return ok(reload_json(*status));
}

Response Api::health() const {
  const auto served = models_.get();
  return health_response({.model = served.get(),
                          .last_reload = reloader_.last_ended(),
                          .stream_trouble = events_.trouble(),
                          .reloading = reloader_.busy(),
                          .now = clock_.now(),
                          .started = started_});
}

Response Api::metrics_page() const {
  constexpr std::string_view kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";
  return ok(metrics_.text(models_.get().get(), clock_.now(), !events_.trouble()), kPrometheusType);
}

void Api::list_later(const Call& call, Respond respond) {
  const std::string_view target = call.request.target;
  const bool posted = lookups_.post([this, respond, request = call.request] {
    Call again{request, {}, {}};
    const auto readable = read(again);
    respond(finish(readable ? list(again) : std::unexpected(readable.error()), again.route.endpoint,
                   request));
  });
  if (!posted) respond(to_response(busy_problem("too many lists are asked for"), target));
}

void Api::profile(const Call& call, Respond respond) {
  const auto user = parse_id(call.route.id, "user");
  const std::string_view target = call.request.target;
  if (!user) return respond(to_response(user.error(), target));
  const bool posted = lookups_.post([this, respond, target, user = *user] {
    const auto stored = store_.profile(user);
    if (!stored) return respond(to_response(problem_from(stored.error()), target));
    auto json = profile_json(models_.get().get(), *stored, user);
    if (json) return respond(ok(std::move(*json)));
    respond(
        to_response({ProblemKind::kUnknownUser, fmt::format("nothing is known of user {}", user),
                     "a user becomes known with the first rating"},
                    target));
  });
  if (!posted) respond(to_response(busy_problem("too many profiles are asked for"), target));
}

void Api::post_event(const Call& call, Respond respond) {
  const std::string_view target = call.request.target;
  const auto event = parse_rating_event(call.request.body, clock_.now(), options_.events);
  if (!event) {
    metrics_.count_event(EventOutcome::kRejected);
    const auto& [reason, detail] = event.error();
    return respond(
        to_response({ProblemKind::kInvalidEvent, fmt::format("{}: {}", name_of(reason), detail),
                     std::string(kEventMend)},
                    target));
  }
  const auto done = [this, respond, target](const Result<StreamPosition>& position) {
    metrics_.count_event(position ? EventOutcome::kAccepted : EventOutcome::kFailed);
    respond(position ? kept_event(*position) : to_response(problem_from(position.error()), target));
  };
  if (!events_.submit(std::string(call.request.body), done))
    respond(to_response(busy_problem("too many events wait to be written"), target));
}

void Api::post_reload(const Call& call, Respond respond) {
  const std::string_view target = call.request.target;
  const auto wanted = parse_reload_request(call.request.body);
  if (!wanted) return respond(to_response(wanted.error(), target));
  Reloader::Done done;
  if (wanted->wait)
    done = [respond, target](const ReloadStatus& status) {
      respond(reload_response(status, target));
    };
  const auto queued = reloader_.submit(wanted->source, std::move(done));
  if (!queued) return respond(to_response(problem_from(queued.error()), target));
  if (!wanted->wait) respond(accepted_reload(*queued));
}

}  // namespace marquee::serving
