#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/chosen_model.h"
#include "cli/command.h"
#include "cli/id_check.h"
#include "cli/model_text.h"
#include "registry/model_diff.h"
#include "registry/model_registry.h"
#include "registry/production_supply.h"

namespace marquee::cli {
namespace {

struct ModelsOptions {
  std::string name;
  std::string other;
  std::optional<UserId> user;
  int keep = 0;
  bool no_rollback = false;
  std::string reason;
};

ModelRegistry registry_of(Context& context) {
  return {context.config.data_dir, context.clock};
}

Status list(Context& context) {
  MARQUEE_ASSIGN(const auto entries, registry_of(context).list());
  context.print({{"models", models_json(entries)}}, models_text(entries));
  return {};
}

Status show(Context& context, const ModelsOptions& options) {
  const ModelRegistry registry = registry_of(context);
  MARQUEE_ASSIGN(const auto path, registry.resolve(options.name));
  MARQUEE_ASSIGN(const LoadedModel model, load_model(path));
  MARQUEE_ASSIGN(const auto history, registry.history());
  const auto evaluation = evaluation_beside(registry, model);
  context.print(model_json(model, path, history, evaluation),
                model_text(model, path, history, evaluation));
  return {};
}

// The models to compare when none are named: production and what it replaced.
Status fill_in_names(Context& context, ModelsOptions& options) {
  if (options.other.empty()) options.other = "production";
  if (!options.name.empty()) return {};
  MARQUEE_ASSIGN(const auto history, registry_of(context).history());
  const auto steps = production_line(history);
  if (steps.size() < 2)
    return fail(ErrorCode::kNotFound, "no model was in production before the present one", {},
                "name two models: marquee models diff A B");
  options.name = steps[steps.size() - 2].model;
  return {};
}

Status diff(Context& context, ModelsOptions options) {
  MARQUEE_TRY(fill_in_names(context, options));
  MARQUEE_ASSIGN(const LoadedModel before, load_chosen_model(context, options.name));
  MARQUEE_ASSIGN(const LoadedModel after, load_chosen_model(context, options.other));
  const int length = static_cast<int>(context.config.model.top_n);
  const ModelDiff changes = diff_models(before, after, length);
  nlohmann::json record = to_json(changes);
  std::string text = to_text(changes);
  if (options.user) {
    const Recommender old_lists(before.data), new_lists(after.data);
    if (!old_lists.knows_user(*options.user) && !new_lists.knows_user(*options.user))
      return fail(ErrorCode::kNotFound, fmt::format("neither model knows user {}", *options.user),
                  changes.before + ", " + changes.after, "name a user who had rated something");
    const UserDiff own = diff_user(old_lists, new_lists, *options.user, length);
    record["user"] = to_json(own);
    text += "\n" + to_text(own);
  }
  context.print(record, text);
  return {};
}

// Servers elsewhere follow what is published.
Status publish(Context& context, const ModelRegistry& registry, const std::string& reason) {
  if (context.config.storage.mode == "embedded") return {};
  MARQUEE_ASSIGN(const auto lake, open_object_store(context.config));
  return publish_model(*lake, context.clock, registry.production_path(), reason, "");
}

Status rollback(Context& context, const ModelsOptions& options) {
  ModelRegistry registry = registry_of(context);
  MARQUEE_ASSIGN(const std::string name, registry.rollback(options.reason));
  MARQUEE_TRY(publish(context, registry, "rollback: " + options.reason));
  context.print({{"action", "rollback"}, {"model", name}},
                fmt::format("{} is in production again. A running server takes it up with: "
                            "marquee reload",
                            name));
  return {};
}

// Of what is published, too: a rollback publishes again.
Result<std::vector<std::string>> prune_published(Context& context, int keep) {
  if (context.config.storage.mode == "embedded") return std::vector<std::string>();
  MARQUEE_ASSIGN(const auto lake, open_object_store(context.config));
  return PublishedModels(*lake).prune(static_cast<std::size_t>(keep));
}

Status prune(Context& context, const ModelsOptions& options) {
  ModelRegistry registry = registry_of(context);
  MARQUEE_ASSIGN(auto removed, registry.prune(options.keep, options.no_rollback));
  MARQUEE_ASSIGN(const auto published, prune_published(context, options.keep));
  removed.insert(removed.end(), published.begin(), published.end());
  context.print({{"removed", removed}}, removed.empty()
                                            ? "Nothing to remove."
                                            : fmt::format("Removed {}.", fmt::join(removed, ", ")));
  return {};
}

void add_diff(CLI::App& models, const std::shared_ptr<ModelsOptions>& options) {
  CLI::App* command =
      add_command(models, "diff", "Says what changed from one model to another, and why",
                  "marquee models diff 20260301 production --user 1",
                  [options](Context& context) { return diff(context, *options); });
  command->add_option("before", options->name,
                      "The older model (default: what was in production before)");
  command->add_option("after", options->other, "The newer model (default: production)");
  command->add_option("--user", options->user, "Show this user's lists side by side")
      ->type_name("USER")
      ->check(id_check());
}

}  // namespace

void add_models(CLI::App& app) {
  const auto options = std::make_shared<ModelsOptions>();
  CLI::App* models = app.add_subcommand("models", "Lists, compares, rolls back and prunes models");
  models->require_subcommand(1);
  models->fallthrough();
  models->footer("Example:\n  marquee models list");

  add_command(*models, "list", "Lists the trained models, newest first", "marquee models list",
              [](Context& context) { return list(context); });
  add_command(*models, "show", "Shows where a model comes from and what is in it",
              "marquee models show production",
              [options](Context& context) { return show(context, *options); })
      ->add_option("name", options->name, "Name, run id, beginning of either, production, or path")
      ->required();
  add_diff(*models, options);
  add_command(*models, "rollback", "Puts the model before the present one into production again",
              "marquee models rollback --reason 'complaints about horror movies'",
              [options](Context& context) { return rollback(context, *options); })
      ->add_option("--reason", options->reason, "Why, for the history")
      ->default_val("by hand");
  CLI::App* prune_command =
      add_command(*models, "prune", "Removes old models, never production nor the one before it",
                  "marquee models prune --keep 7",
                  [options](Context& context) { return prune(context, *options); });
  prune_command->add_option("--keep", options->keep, "How many of the newest to keep")
      ->required()
      ->check(CLI::Range(0, 1'000'000));
  prune_command->add_flag("--no-rollback", options->no_rollback,
                          "Do not spare the model before production: rollback has nothing left");
}

}  // namespace marquee::cli
