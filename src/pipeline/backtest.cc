#include "pipeline/backtest.h"

#include <charconv>

#include "core/timestamp.h"
#include "datasets/dataset.h"
#include "evaluation/backtest_text.h"
#include "pipeline/run_data.h"
#include "pipeline/training.h"

namespace marquee {
namespace {

constexpr TimeMicros kMinute = 60 * kMicrosPerSecond;
constexpr TimeMicros kDay = 24 * 60 * kMinute;
constexpr std::int64_t kMostUnits = 100'000;  // of an interval, so that arithmetic on it holds

Result<TimeMicros> moment_of(std::string_view option, std::string_view text) {
  if (const auto time = parse_timestamp(text)) return *time;
  return fail(ErrorCode::kUsage, fmt::format("'{}' is not a date", text),
              fmt::format("backtest {}", option), "give one such as 1998-03-01");
}

TimeMicros unit_of(std::string_view text) {
  if (text == "m") return kMinute;
  if (text == "h") return 60 * kMinute;
  if (text == "d") return kDay;
  if (text == "w") return 7 * kDay;
  return 0;
}

Result<TimeMicros> interval_of(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const TimeMicros unit = unit_of(text.substr(static_cast<std::size_t>(end - text.data())));
  if (error == std::errc() && unit != 0 && count > 0 && count <= kMostUnits) return count * unit;
  return fail(ErrorCode::kUsage, fmt::format("'{}' is not a stretch of time", text),
              "backtest --every", "give a number above 0 and m, h, d or w, such as 1d");
}

struct History {
  std::vector<Rating> ratings;
  std::vector<Movie> movies;
};

Result<History> read_history(const Config& config, Clock& clock, const BacktestData& data,
                             const Progress& progress) {
  if (progress) progress("reading the ratings", 0);
  if (!data.ratings.empty()) {
    MARQUEE_ASSIGN(Dataset dataset,
                   read_dataset(data.ratings, data.movies, config.import, config.events));
    return History{latest_ratings(dataset.ratings), std::move(dataset.movies)};
  }
  MARQUEE_ASSIGN(const RunData run, open_newest_data(config, clock, progress));
  MARQUEE_ASSIGN(auto ratings, run.ratings());
  MARQUEE_ASSIGN(auto movies, run.movies());
  return History{std::move(ratings), std::move(movies)};
}

}  // namespace

Result<BacktestPlan> backtest_plan(std::string_view from, std::string_view to,
                                   std::string_view every) {
  BacktestPlan plan;
  MARQUEE_ASSIGN(plan.from, moment_of("--from", from));
  MARQUEE_ASSIGN(plan.to, moment_of("--to", to));
  MARQUEE_ASSIGN(plan.every, interval_of(every));
  return plan;
}

Result<BacktestOutcome> run_backtest(const Config& config, Clock& clock, const BacktestPlan& plan,
                                     const BacktestData& data, const Progress& progress) {
  MARQUEE_ASSIGN(History history, read_history(config, clock, data, progress));
  std::ranges::stable_sort(history.movies, {}, &Movie::id);
  const auto fit_past = [&](std::span<const Rating> past, const ModelOptions& options,
                            const TrainProgress& tell) -> Result<std::shared_ptr<const ModelData>> {
    Config of_step = config;
    of_step.model = options;
    MARQUEE_ASSIGN(auto trained, fit(of_step,
                                     {.ratings = past,
                                      .movies = history.movies,
                                      .run_id = run_id_at(past.back().time),
                                      .snapshot_json = "{}"},
                                     tell));
    return trained.model;
  };
  MARQUEE_ASSIGN(const Backtest backtest,
                 replay(std::move(history.ratings), plan, config, fit_past, progress));
  return BacktestOutcome{.report = {to_json(backtest), to_text(backtest)}, .svg = to_svg(backtest)};
}

}  // namespace marquee
