#include "serving/state_answers.h"

#include "model/model_data.h"
#include "serving/json_text.h"

namespace marquee::serving {
namespace {

double seconds_between(TimeMicros from, TimeMicros to) {
  return rounded(static_cast<double>(to - from) / kMicrosPerSecond);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json model_json(const ServedModel& served, TimeMicros now) {
  const bool dated = served.trained != kUnknownTime;
  return {{"version", served.model.version},
          {"checksum", text_or_null(served.model.checksum)},
          {"origin", name_of(served.origin)},
          {"trained_at", time_json(served.trained)},
          {"age_seconds", dated ? Json(seconds_between(served.trained, now)) : Json()},
          {"loaded_at", time_json(served.loaded)},
          {"users", served.model.data->user_count()},
          {"movies", served.model.data->item_count()},
          {"bytes", served.model.size}};
}

std::string_view health_word(const Health& health) {
  if (health.model != nullptr) return "ok";
  return health.reloading ? "starting" : "no-model";
}

Json ratings_json(const ServedModel* model, const std::vector<Rating>& ratings) {
  Json json = Json::array();
  for (const Rating& rating : ratings)
    json.push_back({{"movie_id", rating.movie},
                    {"title", model ? model->recommender.title(rating.movie) : std::string_view()},
                    {"rating", rating.value},
                    {"timestamp", time_json(rating.time)}});
  return json;
}

Json features_json(const std::optional<UserFeatures>& features) {
  if (!features) return nullptr;
  return {{"avg_rating", rounded(features->avg_rating)},
          {"rating_count", features->rating_count},
          {"std_dev", rounded(features->std_dev)},
          {"last_update", time_json(features->last_update)}};
}

Json summary_json(const std::optional<Recommender::UserSummary>& summary) {
  if (!summary) return nullptr;
  return {{"avg_rating", rounded(summary->avg_rating)},
          {"rating_count", summary->rating_count},
          {"std_dev", rounded(summary->std_dev)}};
}

Json events_json(const std::optional<Error>& trouble) {
  if (!trouble) return {{"accepted", true}};
  const Problem problem = problem_from(*trouble);
  return {{"accepted", false}, {"detail", problem.detail}, {"mend", problem.mend}};
}

}  // namespace

Problem no_model_problem(const std::optional<ReloadStatus>& last_reload, bool reloading) {
  if (reloading)
    return {ProblemKind::kNoModel, "the first model is being loaded or built",
            "ask again in a moment"};
  if (last_reload && last_reload->error) {
    Problem problem = problem_from(*last_reload->error);
    problem.kind = ProblemKind::kNoModel;
    return problem;
  }
  return {ProblemKind::kNoModel, "no model was loaded yet",
          "run 'marquee import --ratings FILE --movies FILE', then 'curl -X POST …/reload'"};
}

Response health_response(const Health& health) {
  Json json = {{"status", health_word(health)},
               {"ready", health.model != nullptr},
               {"reloading", health.reloading},
               {"model", health.model ? model_json(*health.model, health.now) : Json()},
               {"events", events_json(health.stream_trouble)},
               {"program", "marquee " MARQUEE_VERSION},
               {"uptime_seconds", seconds_between(health.started, health.now)}};
  Response response;
  if (health.model == nullptr) {
    const Problem problem = no_model_problem(health.last_reload, health.reloading);
    json["detail"] = problem.detail;
    json["mend"] = problem.mend;
    response.status = 503;
    response.headers.emplace_back("Retry-After", "5");
  }
  response.body = to_text(json);
  return response;
}

std::string reload_json(const ReloadStatus& status) {
  Json json = {{"id", status.id},
               {"state", name_of(status.state)},
               {"source", status.source == ReloadSource::kData ? "data" : "production"},
               {"old", text_or_null(status.old_version)},
               {"new", text_or_null(status.new_version)},
               {"seconds", rounded(status.seconds)}};
  if (status.error) {
    const Problem problem = problem_from(*status.error);
    json["problem"] = {{"type", fmt::format("urn:marquee:problem:{}", name_of(problem.kind))},
                       {"detail", problem.detail},
                       {"mend", problem.mend}};
  }
  return to_text(json);
}

std::optional<std::string> profile_json(const ServedModel* model, const StoredProfile& stored,
                                        UserId user) {
  const auto summary = model ? model->recommender.summary(user) : std::nullopt;
  if (!summary && !stored.features && stored.newest.empty()) return std::nullopt;
  return to_text({{"user_id", user},
                  {"known", summary.has_value()},
                  {"model", model ? Json(model->model.version) : Json()},
                  {"summary", summary_json(summary)},
                  {"features", features_json(stored.features)},
                  {"newest_ratings", ratings_json(model, stored.newest)}});
}

}  // namespace marquee::serving
