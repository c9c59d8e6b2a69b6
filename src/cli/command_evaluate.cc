#include "cli/command.h"
#include "cli/task_command.h"

namespace marquee::cli {
namespace {

struct EvaluateOptions : TaskOptions {
  std::int64_t folds = 0;  // 0: as evaluation.folds says
  std::string against;
};

Status evaluate(Context& context, const EvaluateOptions& options) {
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
}

}  // namespace marquee::cli
