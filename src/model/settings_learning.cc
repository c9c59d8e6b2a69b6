#include "model/settings_learning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "model/blend_search.h"
#include "model/item_item.h"
#include "model/learning_plan.h"
#include "model/list_floors.h"
#include "model/parallel.h"
#include "model/ridge_choice.h"
#include "model/strengths.h"
#include "model/user_sample.h"

namespace marquee {
namespace {

using nlohmann::json;

constexpr std::size_t kMostCuts = 5;
constexpr std::size_t kFewestUsers = 20;
constexpr std::size_t kRidgeCuts = 2;     // ridges are compared on so many cuts
constexpr double kTrend = 0.4;            // of popularity, where it is taken
constexpr double kSmallFit = 4000;        // items of the regression
constexpr double kBytesSideBySide = 1e9;  // of all their matrices together

// Each half-life without a trend, then with one: what does not age has none.
void add_popularity(const ModelOptions& asked, bool in_time, std::vector<Column>& columns) {
  std::vector<double> shares = {0}, trends = {std::max(0.0, asked.popularity_trend)};
  if (in_time && asked.popularity_half_life == 0) shares = {0, 0.3, 0.1, 0.03, 0.01};
  if (in_time && asked.popularity_trend < 0) trends = {0, kTrend};
  for (const double trend : trends)
    for (const double share : shares) {
      const bool ages = share > 0 || asked.popularity_half_life > 0;
      if (ages || trend == trends.front()) columns.push_back({Part::kPopularity, share, trend});
    }
}

// The columns: user–user, content and latent, then item–item and popularity with their agings.
// Where what is held out is not newer than the rest, aging has nothing to win.
std::vector<Column> columns_for(const ModelOptions& asked, bool in_time) {
  std::vector<Column> columns = {{Part::kUserUser, 0}, {Part::kContent, 0}, {Part::kLatent, 0}};
  columns.push_back({Part::kItemItem, 0});
  if (in_time && asked.own_half_life == 0)
    for (const double share : {0.3, 0.1}) columns.push_back({Part::kItemItem, share});
  add_popularity(asked, in_time, columns);
  return columns;
}

std::vector<double> open_or(double asked, std::vector<double> values) {
  return asked >= 0 ? std::vector<double>{asked} : std::move(values);
}

// No part can be learned away: each stays in the score and in explanations; pinning 0 does it.
Dials dials_for(const ModelOptions& asked, std::span<const Column> columns) {
  Dials dials = {open_or(asked.cf_weight, {0.1, 0.2, 0.35, 0.5, 0.7, 1}),
                 open_or(asked.user_user_share, {0.05, 0.1, 0.2, 0.35, 0.5, 0.9}),
                 open_or(asked.latent_share, {0.05, 0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 0.95}),
                 open_or(asked.content_weight, {0.02, 0.05, 0.1, 0.2, 0.4, 1}),
                 open_or(asked.popularity_weight, {0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.7, 1}),
                 {},
                 {}};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].part == Part::kItemItem)
      dials[static_cast<std::size_t>(Dial::kOwnAging)].push_back(static_cast<double>(c));
    if (columns[c].part == Part::kPopularity)
      dials[static_cast<std::size_t>(Dial::kPopularityAging)].push_back(static_cast<double>(c));
  }
  return dials;
}

// Learns from one set of cuts; made, run once and thrown away.
class Learning {
 public:
  // `seen` is what of the input is looked at; all must outlive it.
  Learning(const FitInput& input, const InteractionMatrix& seen, const LearningPlan& plan,
           const ModelOptions& asked, const FitProgress& progress)
      : input_(input),
        seen_(seen),
        plan_(plan),
        asked_(asked),
        progress_(progress),
        parts_(wanted_parts(asked)) {}

  Result<LearnedSettings> run() {
    if (!asked_.learn) return rules("model.learn is off");
    if (!anything_open(asked_)) return rules("every weight is pinned");
    if (plan_.extent == LearningExtent::kNothing)
      return rules("model.learn_budget does not pay for one more fit");
    const auto most = static_cast<std::size_t>(std::min(plan_.affordable_fits, double{kMostCuts}));
    const ValidationCuts cuts = make_cuts(seen_, asked_.validation, most);
    columns_ = columns_for(asked_, cuts.kind == "time");
    dials_ = dials_for(asked_, columns_);
    report_["validation"] = cuts.kind;
    report_["note"] = cuts.note;
    if (is_sample()) report_["sample"] = {{"users", seen_.user_count()}, {"movies", plan_.movies}};
    if (plan_.extent == LearningExtent::kRidges) MARQUEE_TRY(learn_ridges(cuts.cuts));
    MARQUEE_TRY(collect_cases(cuts.cuts));
    if (judged_ < kFewestUsers) return rules(fmt::format("only {} users to learn from", judged_));
    return search();
  }

 private:
  void tell(std::string_view step, double share) {
    if (progress_) progress_(step, share);
  }

  Result<LearnedSettings> rules(const std::string& why) {
    report_["note"] = "not learned: " + why;
    const ModelOptions options = with_rules(asked_, input_.grades, input_.times);
    return finish(options);
  }

  // Several small fits are done side by side, on one thread each: threads that share a small fit
  // mostly wait for one another, for very long when the machine has other work.
  bool go_side_by_side(std::size_t fits) const {
    const double items =
        static_cast<double>(regressed_items(seen_.by_item(), options_of_fits(false)));
    const auto threads = static_cast<std::size_t>(thread_count(asked_.threads));
    return fits > 1 && threads > 1 && (items <= kSmallFit || fits >= threads) &&
           items * items * sizeof(float) * static_cast<double>(std::min(fits, threads)) <=
               kBytesSideBySide;
  }

  ModelOptions options_of_fits(bool side_by_side) const {
    ModelOptions options = asked_;
    if (side_by_side) options.threads = 1;
    if (is_sample()) {
      const auto bytes = static_cast<std::int64_t>(plan_.movies * plan_.movies * sizeof(float));
      options.dense_limit = asked_.dense_limit > 0 ? std::min(asked_.dense_limit, bytes) : bytes;
    }
    return options;
  }

  Status run_fits(std::size_t count, bool side_by_side,
                  const std::function<Status(std::size_t)>& fit) const {
    return try_each(count, side_by_side ? thread_count(asked_.threads) : 1, fit);
  }

  Status fit_cuts(std::span<const Cut> cuts, const PartSet& parts, bool side_by_side,
                  std::vector<std::optional<FittedCut>>& fitted) const {
    fitted.resize(cuts.size());
    const ModelOptions options = options_of_fits(side_by_side);
    return run_fits(cuts.size(), side_by_side, [&](std::size_t c) -> Status {
      MARQUEE_ASSIGN(fitted[c],
                     FittedCut::fit(cuts[c], input_.catalogue, options, parts, strengths_));
      return {};
    });
  }

  Status learn_ridges(const std::vector<Cut>& cuts) {
    std::vector<Part> open;
    PartSet fitted_parts{};
    const auto open_up = [&](Part part, double asked) {
      if (!has(part) || asked != 0) return;
      open.push_back(part);
      fitted_parts[static_cast<std::size_t>(part)] = true;
    };
    open_up(Part::kItemItem, asked_.item_item_regularization);
    open_up(Part::kLatent, asked_.latent_regularization);
    if (open.empty()) return {};
    tell("learning: ridges", 0);
    const auto few = std::span(cuts).first(std::min(kRidgeCuts, cuts.size()));
    const bool side_by_side = go_side_by_side(kFirstRidges * open.size() * few.size());
    std::vector<std::optional<FittedCut>> fitted;
    MARQUEE_TRY(fit_cuts(few, fitted_parts, side_by_side, fitted));
    tell("learning: ridges", 0.2);
    MARQUEE_ASSIGN(const std::vector<RidgeChoice> choices,
                   choose_ridges(fitted, open, [&](std::size_t count, const auto& fit) {
                     return run_fits(count, side_by_side, fit);
                   }));
    for (std::size_t k = 0; k < open.size(); ++k) {
      (open[k] == Part::kItemItem ? strengths_.item_item : strengths_.latent) = choices[k].factor;
      for (const RidgeTry& one : choices[k].tries)
        report_["ridges"].push_back(
            {{"part", name_of(one.part)}, {"factor", one.factor}, {"ndcg@10", one.ndcg}});
    }
    return {};
  }

  Status collect_cases(const std::vector<Cut>& all) {
    const auto cuts = enough_cuts(all, asked_);
    tell("learning: cuts", 0.5);
    std::vector<std::optional<FittedCut>> fitted;
    MARQUEE_TRY(fit_cuts(cuts, parts_, go_side_by_side(cuts.size()), fitted));
    tell("learning: cuts", 0.8);
    for (std::size_t c = 0; c < fitted.size(); ++c) {
      const FittedCut& cut = *fitted[c];
      auto cases = cut.cases(columns_, parts_, c == 0, thread_count(asked_.threads));
      std::ranges::move(cases, std::back_inserter(cases_));
      judged_ += cut.judged_users();
      if (c == 0) popular_coverage_ = cut.popular_coverage();
      fitted[c].reset();
    }
    report_["cuts"] = fitted.size();
    report_["users"] = judged_;
    return {};
  }

  Floors floors(const BlendSearch& search) const {
    const double room = room_for_floors(rated_movies(input_.matrix));
    Floors floors{room * asked_.learn_coverage_ratio * static_cast<double>(popular_coverage_), 0};
    if (!has(Part::kItemItem)) return floors;
    const auto plain = static_cast<std::size_t>(
        std::ranges::find(columns_, Part::kItemItem, &Column::part) - columns_.begin());
    const BlendFigures item_item = search.judge_column(plain);
    floors.user_diversity = room * asked_.learn_diversity_share * item_item.user_diversity;
    return floors;
  }

  Result<LearnedSettings> search() {
    tell("learning: weights", 0.9);
    const BlendSearch search(cases_, columns_, thread_count(asked_.threads));
    const Floors limits = floors(search);
    const BlendResult best = search.search(dials_, limits);
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (has(columns_[c].part))
        report_["alone"].push_back({{"part", name_of(columns_[c].part)},
                                    {"newest_share", columns_[c].newest_share},
                                    {"trend", columns_[c].trend},
                                    {"ndcg@10", search.judge_column(c).ndcg}});
    report_["floors"] = {{"coverage@10_movies", limits.coverage},
                         {"user_diversity", limits.user_diversity}};
    report_["ndcg@10"] = best.figures.ndcg;
    report_["coverage@10_movies"] = best.figures.coverage;
    report_["user_diversity"] = best.figures.user_diversity;
    report_["evaluations"] = best.evaluations;
    report_["curve"] = best.curve;
    return finish(options_of(best.setting));
  }

  ModelOptions options_of(const Setting& setting) const {
    const auto value = [&](Dial dial) {
      const auto d = static_cast<std::size_t>(dial);
      return dials_[d][setting[d]];
    };
    const auto column_of = [&](Dial dial) -> const Column& {
      return columns_[static_cast<std::size_t>(value(dial))];
    };
    const auto half_life = [&](Dial dial) {
      const Column& column = column_of(dial);
      return column.newest_share > 0 && input_.times.tell_anything()
                 ? input_.times.age_of_newest(column.newest_share)
                 : kNoDecay;
    };
    ModelOptions options = asked_;
    options.cf_weight = value(Dial::kCollaborative);
    options.user_user_share = value(Dial::kUserUserShare);
    options.latent_share = value(Dial::kLatentShare);
    options.content_weight = value(Dial::kContent);
    options.popularity_weight = value(Dial::kPopularity);
    if (asked_.own_half_life == 0) options.own_half_life = half_life(Dial::kOwnAging);
    if (asked_.popularity_half_life == 0)
      options.popularity_half_life = half_life(Dial::kPopularityAging);
    if (asked_.popularity_trend < 0)
      options.popularity_trend = column_of(Dial::kPopularityAging).trend;
    options = with_rules(options, input_.grades, input_.times);
    if (asked_.item_item_regularization == 0)
      options.item_item_regularization *= strengths_.item_item;
    if (asked_.latent_regularization == 0) options.latent_regularization *= strengths_.latent;
    return options;
  }

  LearnedSettings finish(const ModelOptions& options) {
    json settings = json::object();
    const auto note = [&](const char* key, double asked, double value) {
      if (asked != value) settings[key] = value;
    };
    note("model.cf_weight", asked_.cf_weight, options.cf_weight);
    note("model.user_user_share", asked_.user_user_share, options.user_user_share);
    note("model.latent_share", asked_.latent_share, options.latent_share);
    note("model.content_weight", asked_.content_weight, options.content_weight);
    note("model.popularity_weight", asked_.popularity_weight, options.popularity_weight);
    note("model.own_half_life", asked_.own_half_life, options.own_half_life);
    note("model.popularity_half_life", asked_.popularity_half_life, options.popularity_half_life);
    note("model.popularity_trend", asked_.popularity_trend, options.popularity_trend);
    note("model.item_item_regularization", asked_.item_item_regularization,
         options.item_item_regularization);
    note("model.latent_regularization", asked_.latent_regularization,
         options.latent_regularization);
    report_["settings"] = std::move(settings);
    return {options, report_.dump()};
  }

  bool is_sample() const { return plan_.extent == LearningExtent::kSample; }

  bool has(Part part) const { return parts_[static_cast<std::size_t>(part)]; }

  const FitInput& input_;
  const InteractionMatrix& seen_;
  const LearningPlan plan_;
  const ModelOptions& asked_;
  const FitProgress& progress_;
  PartSet parts_;
  std::vector<Column> columns_;
  Dials dials_;
  FittedCut::Strengths strengths_;
  std::vector<BlendCase> cases_;
  std::size_t judged_ = 0;
  std::size_t popular_coverage_ = 0;
  json report_ = json::object();
};

}  // namespace

void note_grades(LearnedSettings& learned, const GradeChoice& choice, const ModelOptions& asked) {
  if (asked.grade_slope >= 0) return;
  json report = json::parse(learned.json);
  report["settings"]["model.grade_slope"] = choice.kind.slope;
  if (choice.kind.other_strength != asked.other_strength)
    report["settings"]["model.other_strength"] = choice.kind.other_strength;
  for (const GradeTry& one : choice.tries)
    report["grades"].push_back({{"kind", one.kind.name}, {"ndcg@10", one.ndcg}});
  learned.json = report.dump();
}

void hold_floors(LearnedSettings& learned, ModelData& fitted, const InteractionMatrix& matrix,
                 const ModelOptions& asked) {
  const FloorCheck check = hold_coverage(fitted, matrix);
  json report = json::parse(learned.json);
  report["lists"] = {{"coverage@10_movies", check.coverage},
                     {"popular_coverage@10_movies", check.popular_coverage}};
  if (asked.learn && asked.popularity_weight < 0 &&
      check.popularity_weight != learned.options.popularity_weight) {
    report["lists"]["popularity_weight_on_cuts"] = learned.options.popularity_weight;
    report["settings"]["model.popularity_weight"] = check.popularity_weight;
    learned.options.popularity_weight = fitted.options.popularity_weight = check.popularity_weight;
  }
  learned.json = report.dump();
}

Result<LearnedSettings> learn_settings(const FitInput& input, const ModelOptions& asked,
                                       const FitProgress& progress) {
  const LearningPlan plan = plan_learning(input.matrix, asked);
  if (plan.extent == LearningExtent::kNothing || plan.users == input.matrix.user_count())
    return Learning(input, input.matrix, plan, asked, progress).run();
  MARQUEE_ASSIGN(const InteractionMatrix sample,
                 InteractionMatrix::build(ratings_of_drawn(input.matrix, plan.users), {}));
  return Learning(input, sample, plan, asked, progress).run();
}

}  // namespace marquee
