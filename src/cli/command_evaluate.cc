#include "cli/command.h"
#include "cli/task_command.h"
#include "cli/task_console.h"
#include "pipeline/judge_scores.h"

namespace marquee::cli {
namespace {

struct EvaluateOptions : TaskOptions {
  std::int64_t folds = 0;  // 0: as evaluation.folds says
  std::string against;
  ScoredFiles files;
  bool from_files() const { return !files.scores.empty() || !files.test.empty(); }
};

Status check_options(const EvaluateOptions& options) {
  if (!options.from_files()) return {};
  if (options.files.scores.empty() || options.files.test.empty())
    return fail(ErrorCode::kUsage, "--scores and --test go together", "evaluate",
                "marquee evaluate --scores scores.csv --test test.csv");
  if (!options.run_id.empty() || !options.against.empty() || options.folds != 0)
    return fail(ErrorCode::kUsage,
                "--scores judges a file: --run-id, --against and --folds do not go with it",
                "evaluate");
  return {};
}

Status evaluate(Context& context, const EvaluateOptions& options) {
  MARQUEE_TRY(check_options(options));
  if (options.from_files()) {
    MARQUEE_ASSIGN(const TaskReport report, judge_scores(context.config, options.files));
    context.print(report.record, report.text);
    return {};
  }
  if (options.folds != 0) context.config.evaluation.folds = options.folds;
  MARQUEE_ASSIGN(std::string run_id, run_id_or_latest(context, options.run_id));
  return run_task(context, options, std::move(run_id),
                  [&](const RunContext& run) { return run_evaluate(run, options.against); });
}

}  // namespace

void add_evaluate(CLI::App& app) {
  const auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command = add_command(
      app, "evaluate", "Judges the run's model on held-out ratings (exit 4: not good enough)",
      "marquee evaluate --run-id 20260301_020000 --against hybrid_model_20260228_020000",
      [options](Context& context) { return evaluate(context, *options); });
  add_run_id(*command, *options, "the newest run with a model is taken");
  add_wait(*command, *options);
  command
      ->add_option("--folds", options->folds,
                   "k-fold by user instead of one hold-out (evaluation.folds)")
      ->check(CLI::Range(2, 100))
      ->type_name("K");
  command
      ->add_option("--against", options->against,
                   "Compare with this model's configuration, fitted on the same ratings")
      ->type_name("MODEL");
  command
      ->add_option("--scores", options->files.scores,
                   "Judge user_id,movie_id,score of any program instead of a model of ours")
      ->type_name("FILE");
  command->add_option("--test", options->files.test, "The held-out ratings that go with --scores")
      ->type_name("FILE");
}

}  // namespace marquee::cli
