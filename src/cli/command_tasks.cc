#include "cli/command.h"
#include "cli/task_command.h"
#include "cli/task_console.h"
#include "pipeline/tasks.h"
#include "pipeline/train_files.h"

namespace marquee::cli {
namespace {

struct TrainOptions : TaskOptions {
  std::string ratings, movies, model;
  bool deploy = false;
  bool from_files() const { return !ratings.empty() || !movies.empty() || !model.empty(); }
};

struct DeployOptions : TaskOptions {
  bool force = false;
};

using ChooseRun = Result<std::string> (*)(const Context& context, const std::string& given);

// A subcommand that is a task and nothing else.
struct PlainTask {
  std::string name;
  std::string help;
  ChooseRun choose_run;
  std::string without_run_id;
  Task task;
  bool takes_lock = true;
};

void add_plain_task(CLI::App& app, PlainTask plain) {
  const auto options = std::make_shared<TaskOptions>();
  CLI::App* command = add_command(
      app, plain.name, plain.help, "marquee " + plain.name + " --run-id 20260301_020000",
      [options, plain](Context& context) -> Status {
        MARQUEE_ASSIGN(std::string run_id, plain.choose_run(context, options->run_id));
        return run_task(context, *options, std::move(run_id), plain.task);
      });
  add_run_id(*command, *options, plain.without_run_id);
  if (plain.takes_lock) add_wait(*command, *options);
}

Status check_train_options(const TrainOptions& options) {
  if (!options.from_files()) return {};
  if (options.ratings.empty() || options.model.empty())
    return fail(
        ErrorCode::kUsage, "training from files needs --ratings and --model", "train",
        "marquee train --ratings ratings.csv --movies movies.csv --model model.safetensors");
  if (options.deploy)
    return fail(ErrorCode::kUsage, "--deploy does not go with --ratings and --model", "train",
                "import the files first (marquee import), then marquee train --deploy");
  return {};
}

Status train_files(Context& context, const TrainOptions& options) {
  FileTraining files{options.ratings, options.movies, options.model, ""};
  MARQUEE_ASSIGN(files.run_id, run_id_or_none(context, options.run_id));
  TaskConsole console(context);
  auto report = train_from_files(context.config, files, [&](std::string_view step, double share) {
    console.show_progress(step, share);
  });
  if (report) console.show_report(*report);
  return console.finish(std::move(report));
}

Status train(Context& context, const TrainOptions& options) {
  MARQUEE_TRY(check_train_options(options));
  if (options.from_files()) return train_files(context, options);
  MARQUEE_ASSIGN(std::string run_id, run_id_or_new(context, options.run_id));
  return run_task(context, options, std::move(run_id),
                  options.deploy ? run_train_and_deploy : run_train);
}

void add_train(CLI::App& app) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App* command =
      add_command(app, "train", "Trains the hybrid model on every rating", "marquee train --deploy",
                  [options](Context& context) { return train(context, *options); });
  command->add_option("--ratings", options->ratings, "Train on this file; no store is touched")
      ->type_name("FILE");
  command->add_option("--movies", options->movies, "The movies that go with --ratings")
      ->type_name("FILE");
  command->add_option("--model", options->model, "Where the model of --ratings is written")
      ->type_name("FILE");
  command->add_flag("--deploy", options->deploy,
                    "Then evaluate, ask the gate (exit 4 when it refuses) and deploy");
  add_run_id(*command, *options, "a new run begins");
  add_wait(*command, *options);
}

void add_deploy(CLI::App& app) {
  const auto options = std::make_shared<DeployOptions>();
  CLI::App* command = add_command(
      app, "deploy", "Makes the run's model the production model",
      "marquee deploy --run-id 20260301_020000", [options](Context& context) -> Status {
        MARQUEE_ASSIGN(std::string run_id, run_id_or_latest(context, options->run_id));
        return run_task(context, *options, std::move(run_id),
                        [&](const RunContext& run) { return run_deploy(run, options->force); });
      });
  command->add_flag("--force", options->force, "Deploy although the gate refused or was not asked");
  add_run_id(*command, *options, "the newest run with a model is taken");
  add_wait(*command, *options);
}

}  // namespace

void add_tasks(CLI::App& app) {
  add_plain_task(app,
                 {"validate", "Checks whether the data is fit to train on (exit 3 when it is not)",
                  run_id_or_new, "a new run begins", run_validate});
  add_plain_task(app,
                 {"extract-features", "Computes all user and movie features anew from the ratings",
                  run_id_or_new, "a new run begins", run_extract_features});
  add_train(app);
  add_evaluate(app);
  add_deploy(app);
  add_plain_task(app, {"reload", "Asks the server to load the production model and swap it in",
                       run_id_or_none, "no record is kept", run_reload, false});
}

}  // namespace marquee::cli
