#include "evaluation/backtest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/timestamp.h"
#include "evaluation/user_means.h"
#include "model/fold_in.h"
#include "model/recommender.h"

namespace marquee {
namespace {

constexpr TimeMicros kHour = 3600 * kMicrosPerSecond;
constexpr TimeMicros kDay = 24 * kHour;
constexpr TimeMicros kMostSteps = 10'000;
constexpr std::size_t kStepsOfWeek = 7;

std::string schedule_name(TimeMicros every) {
  if (every == kDay) return "daily";
  if (every == 7 * kDay) return "weekly";
  if (every % kDay == 0) return fmt::format("every {}d", every / kDay);
  if (every % kHour == 0) return fmt::format("every {}h", every / kHour);
  return fmt::format("every {}m", every / (60 * kMicrosPerSecond));
}

Status check_plan(const BacktestPlan& plan) {
  if (plan.every <= 0)
    return fail(ErrorCode::kUsage, "the steps of a backtest must be longer than nothing",
                "backtest --every", "give a time such as 1d");
  if (plan.from >= plan.to)
    return fail(ErrorCode::kUsage,
                fmt::format("a backtest from {} to {} has no time in it",
                            format_timestamp(plan.from), format_timestamp(plan.to)),
                "backtest --from", "give a --from that lies before --to");
  if ((plan.to - plan.from) / plan.every >= kMostSteps)
    return fail(ErrorCode::kUsage, fmt::format("more than {} steps", kMostSteps),
                "backtest --every", "give longer steps or a shorter stretch of time");
  return {};
}

// Puts ratings in order of time and removes those without one; gives how many these are.
std::size_t order_by_time(std::vector<Rating>& ratings) {
  const auto untimed =
      std::erase_if(ratings, [](const Rating& r) { return r.time == kUnknownTime; });
  std::ranges::sort(ratings, {},
                    [](const Rating& r) { return std::tuple(r.time, r.user, r.movie); });
  return untimed;
}

std::span<const Rating> older_than(std::span<const Rating> by_time, TimeMicros cut) {
  return {by_time.begin(), std::ranges::lower_bound(by_time, cut, {}, &Rating::time)};
}

// A model as a server holds it.
class ServedLists {
 public:
  explicit ServedLists(std::shared_ptr<const ModelData> model)
      : model_(std::move(model)), recommender_(model_) {}

  std::vector<MovieId> of(UserId user) const {
    return movies_of(recommender_.recommend(user, kLongestList));
  }

  // With fold-in of the ratings that the user has by now.
  std::vector<MovieId> of(UserId user, std::span<const Rating> ratings) {
    if (!fold_in_) fold_in_.emplace(model_);
    const auto folded = newer_than_model(*fold_in_, user, ratings);
    if (!folded) return of(user);
    return movies_of(recommender_.recommend(*folded, ListRequest{.n = kLongestList}));
  }

 private:
  static std::vector<MovieId> movies_of(const std::vector<Recommendation>& list) {
    std::vector<MovieId> movies;
    for (const Recommendation& entry : list) movies.push_back(entry.movie);
    return movies;
  }

  const std::shared_ptr<const ModelData> model_;
  const Recommender recommender_;
  std::optional<FoldInBasis> fold_in_;  // made when first asked for
};

// Fits the models of steps as they are asked for and keeps those that are still served.
class ModelShelf {
 public:
  ModelShelf(std::span<const Rating> by_time, const BacktestPlan& plan, ModelOptions options,
             const FitModel& fit)
      : by_time_(by_time), plan_(plan), options_(std::move(options)), fit_(fit) {
    options_.precomputed_top_n = kLongestList;
  }

  // Until keep_only lets go of it.
  Result<ServedLists*> lists_of(std::size_t step, const TrainProgress& progress) {
    if (const auto found = lists_.find(step); found != lists_.end()) return &found->second;
    const TimeMicros cut = plan_.from + static_cast<TimeMicros>(step) * plan_.every;
    MARQUEE_ASSIGN(const auto model, fit_(older_than(by_time_, cut), options_, progress));
    if (!plan_.learn_every_time) options_ = model->options;
    return &lists_.try_emplace(step, model).first->second;
  }

  // Lets go of all but the models of these steps.
  void keep_only(const std::vector<std::size_t>& steps) {
    std::erase_if(lists_, [&](const auto& entry) {
      return std::ranges::find(steps, entry.first) == steps.end();
    });
  }

 private:
  const std::span<const Rating> by_time_;
  const BacktestPlan& plan_;
  ModelOptions options_;
  const FitModel& fit_;
  std::map<std::size_t, ServedLists> lists_;  // by step
};

// One walk through history.
class Replay {
 public:
  Replay(std::span<const Rating> by_time, const BacktestPlan& plan, const Config& config,
         const FitModel& fit, const TrainProgress& progress)
      : by_time_(by_time),
        plan_(plan),
        config_(config),
        shelf_(by_time, plan, config.model, fit),
        progress_(progress),
        policies_(retrain_policies(plan.every)),
        users_(policies_.size()) {}

  Result<Backtest> run() {
    Backtest backtest{.plan = plan_, .untimed = 0, .steps = {}, .policies = {}};
    const auto count = static_cast<std::size_t>((plan_.to - plan_.from - 1) / plan_.every + 1);
    steps_ = count;
    // First, so that what it learns is what all others use.
    MARQUEE_TRY(shelf_.lists_of(0, progress_of(0)));
    for (std::size_t step = 0; step < count; ++step) {
      MARQUEE_ASSIGN(BacktestStep done, walk(step));
      backtest.steps.push_back(std::move(done));
    }
    finish(backtest);
    return backtest;
  }

 private:
  TrainProgress progress_of(std::size_t step) const {
    if (!progress_) return {};
    return [this, step](std::string_view what, double share) {
      progress_(fmt::format("step {} of {}: {}", step + 1, steps_, what),
                (static_cast<double>(step) + share) / static_cast<double>(steps_));
    };
  }

  // The ratings of [cut, end) by users who have one before the cut.
  std::vector<Rating> test_of(std::span<const Rating> past, std::span<const Rating> interval) {
    for (; learned_ < past.size(); ++learned_)
      past_of_[past[learned_].user].push_back(past[learned_]);
    std::vector<Rating> test;
    for (const Rating& rating : interval)
      if (past_of_.contains(rating.user)) test.push_back(rating);
    return test;
  }

  Result<BacktestStep> walk(std::size_t index) {
    BacktestStep step;
    step.cut = plan_.from + static_cast<TimeMicros>(index) * plan_.every;
    step.end = std::min(plan_.to, step.cut + plan_.every);
    const auto past = older_than(by_time_, step.cut);
    const auto interval = older_than(by_time_, step.end).subspan(past.size());
    step.past = past.size();
    step.events = interval.size();
    step.mean.resize(policies_.size());
    const auto test = test_of(past, interval);
    if (std::ranges::none_of(test, [&](const Rating& rating) {
          return rating.value >= config_.evaluation.relevant_rating;
        }))
      return step;
    MARQUEE_TRY(judge(step, index, test));
    return step;
  }

  Status judge(BacktestStep& step, std::size_t index, std::span<const Rating> test) {
    std::vector<std::size_t> served;
    for (std::size_t p = 0; p < policies_.size(); ++p) {
      served.push_back(policies_[p].trained_at(index));
      MARQUEE_ASSIGN(ServedLists* const lists, shelf_.lists_of(served.back(), progress_of(index)));
      const auto outcomes = judge_users(test, config_.evaluation.relevant_rating, [&](UserId user) {
        return policies_[p].fold_in ? lists->of(user, past_of_.at(user)) : lists->of(user);
      });
      step.users = outcomes.size();
      step.mean[p] = mean(outcomes);
      users_[p].add(outcomes);
    }
    shelf_.keep_only(served);
    return {};
  }

  void finish(Backtest& backtest) {
    for (std::size_t p = 0; p < policies_.size(); ++p) {
      PolicyOutcome outcome{.policy = policies_[p],
                            .outcomes = users_[p].means(),
                            .figures = {},
                            .first_minus_this = {}};
      outcome.figures = intervals_of(outcome.outcomes, config_.evaluation);
      backtest.policies.push_back(std::move(outcome));
      backtest.policies[p].first_minus_this =
          compare(backtest.policies[0].outcomes, backtest.policies[p].outcomes, config_.evaluation);
    }
  }

  const std::span<const Rating> by_time_;
  const BacktestPlan& plan_;
  const Config& config_;
  ModelShelf shelf_;
  const TrainProgress& progress_;
  const std::vector<RetrainPolicy> policies_;
  std::vector<UserMeans> users_;                             // by policy
  std::unordered_map<UserId, std::vector<Rating>> past_of_;  // the first learned_ ratings, by user
  std::size_t learned_ = 0;
  std::size_t steps_ = 0;
};

std::string reach_of(std::span<const Rating> by_time) {
  return fmt::format("the ratings reach from {} to {}", format_timestamp(by_time.front().time),
                     format_timestamp(by_time.back().time));
}

}  // namespace

std::size_t RetrainPolicy::trainings(std::size_t steps) const {
  if (steps == 0) return 0;
  return every_steps == 0 ? 1 : (steps - 1) / every_steps + 1;
}

std::size_t RetrainPolicy::trained_at(std::size_t step) const {
  return every_steps == 0 ? 0 : step / every_steps * every_steps;
}

std::vector<RetrainPolicy> retrain_policies(TimeMicros every) {
  const std::string week = schedule_name(static_cast<TimeMicros>(kStepsOfWeek) * every);
  return {{schedule_name(every), 1, false},
          {week, kStepsOfWeek, false},
          {"never", 0, false},
          {week + ", fold-in", kStepsOfWeek, true},
          {"never, fold-in", 0, true}};
}

Result<Backtest> replay(std::vector<Rating> ratings, const BacktestPlan& plan, const Config& config,
                        const FitModel& fit, const TrainProgress& progress) {
  MARQUEE_TRY(check_plan(plan));
  const std::size_t untimed = order_by_time(ratings);
  if (ratings.empty())
    return fail(ErrorCode::kUnfit, "no rating has a time, so there is no history to replay",
                "backtest", "import ratings with timestamps");
  if (ratings.front().time >= plan.from)
    return fail(ErrorCode::kUnfit,
                fmt::format("there is nothing to train on before {}", format_timestamp(plan.from)),
                "backtest --from", reach_of(ratings));
  MARQUEE_ASSIGN(Backtest backtest, Replay(ratings, plan, config, fit, progress).run());
  if (backtest.policies.front().outcomes.empty())
    return fail(ErrorCode::kUnfit,
                fmt::format("nobody known before came back and liked something from {} to {}",
                            format_timestamp(plan.from), format_timestamp(plan.to)),
                "backtest", reach_of(ratings));
  backtest.untimed = untimed;
  return backtest;
}

}  // namespace marquee
