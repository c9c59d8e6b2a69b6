#include "serving/served_model.h"

#include <spdlog/spdlog.h>

#include <set>

#include "core/timestamp.h"
#include "model/model_data.h"

namespace marquee::serving {
namespace {

constexpr int kLongestWarmList = 20;
constexpr std::size_t kWarmUsers = 64;

// "20260301_020000" as a moment.
TimeMicros time_of_run(std::string_view run_id) {
  if (run_id.size() != 15 || run_id[8] != '_') return kUnknownTime;
  const auto part = [&](std::size_t at, std::size_t n) { return run_id.substr(at, n); };
  const auto time = parse_timestamp(fmt::format("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2),
                                                part(6, 2), part(9, 2), part(11, 2), part(13, 2)));
  return time.value_or(kUnknownTime);
}

// No longer than the precomputed lists: past them a list is computed, which takes time.
int warm_list_length(const ServedModel& served) {
  return std::clamp(served.model.data->lists.width, 1, kLongestWarmList);
}

Status check_list(const ServedModel& served, UserId user) {
  std::set<MovieId> seen;
  for (const Recommendation& item : served.recommender.recommend(user, warm_list_length(served))) {
    if (!served.recommender.knows_movie(item.movie) || !seen.insert(item.movie).second)
      return fail(ErrorCode::kCorrupt,
                  fmt::format("the list of user {} names movie {}, which is unknown or named twice",
                              user, item.movie),
                  served.model.version, "train and deploy a new model");
  }
  return {};
}

// Answers for users spread over the whole model, for a user it does not know, and for a movie.
Status warm(const ServedModel& served) {
  const ModelData& data = *served.model.data;
  const std::size_t step = std::max<std::size_t>(1, data.user_count() / kWarmUsers);
  for (std::size_t user = 0; user < data.user_count(); user += step)
    MARQUEE_TRY(check_list(served, data.user_ids[user]));
  constexpr UserId kNobody = std::numeric_limits<UserId>::max();
  MARQUEE_TRY(check_list(served, kNobody));
  served.recommender.similar(data.item_ids[0], warm_list_length(served));
  return {};
}

Status check_rules(const Recommender& recommender, const ItemFilter& filter,
                   const ListRules& rules) {
  for (const std::string& genre : recommender.unknown_genres(rules))
    spdlog::warn("rules: no movie of the model has the genre '{}'", genre);
  const auto items = static_cast<std::int32_t>(recommender.data().item_count());
  for (std::int32_t item = 0; item < items; ++item)
    if (filter.allows(item)) return {};
  return fail(ErrorCode::kGateRefused, "the rules allow none of the model's movies",
              "settings rules.…", "loosen rules.genres, rules.exclude_genres or rules.min_year");
}

}  // namespace

std::string_view name_of(ModelOrigin origin) {
  return origin == ModelOrigin::kProductionFile ? "production" : "data";
}

std::string version_of_run(std::string_view run_id) {
  return fmt::format("hybrid_model_{}", run_id);
}

Result<std::shared_ptr<const ServedModel>> prepare_model(LoadedModel model, ModelOrigin origin,
                                                         TimeMicros now,
                                                         const ListSettings& settings) {
  if (model.data == nullptr || model.data->item_count() == 0)
    return fail(ErrorCode::kCorrupt, "the model knows no movies", model.version,
                "import movies and ratings, then run 'marquee train --deploy'");
  Recommender recommender(model.data);
  ItemFilter filter = recommender.filter(settings.rules);
  MARQUEE_TRY(check_rules(recommender, filter, settings.rules));
  auto fold_in = settings.fold_in ? std::make_shared<const FoldInBasis>(model.data) : nullptr;
  const TimeMicros trained = time_of_run(model.data->lineage.run_id);
  auto served = std::make_shared<const ServedModel>(
      ServedModel{std::move(model), std::move(recommender), std::move(filter), std::move(fold_in),
                  origin, trained, now});
  MARQUEE_TRY(warm(*served));
  return served;
}

}  // namespace marquee::serving
