#include <unistd.h>

#include <csignal>
#include <iostream>
#include <map>

#include "cli/command.h"
#include "cli/usage_error.h"
#include "core/log.h"

namespace marquee::cli {
namespace {

// The body of each subcommand by its App; main runs the one that was chosen.
std::map<const CLI::App*, Body>& bodies() {
  static std::map<const CLI::App*, Body> map;
  return map;
}

const Body* chosen_body(const CLI::App& app) {
  for (const CLI::App* sub : app.get_subcommands())
    if (const Body* body = chosen_body(*sub)) return body;
  const auto found = bodies().find(&app);
  return found == bodies().end() ? nullptr : &found->second;
}

// The options that stand before or after the subcommand.
struct GlobalOptions {
  std::string config_file;
  std::string data_dir;
  std::vector<std::string> assignments;
  bool json = false;
  bool quiet = false;
};

void add_global_options(CLI::App& app, GlobalOptions& options) {
  app.add_option("--config", options.config_file, "YAML file of settings (see config/config.yaml)")
      ->type_name("FILE")
      ->envname("MARQUEE_CONFIG");
  app.add_option("--data-dir", options.data_dir, "Folder below which everything is written")
      ->type_name("DIR")
      ->envname("MARQUEE_DATA_DIR");
  app.add_option("--set", options.assignments, "Overrides one setting; may be repeated")
      ->type_name("key=value")
      ->expected(1)
      ->take_all();
  app.add_flag("--json", options.json, "One JSON object on standard output");
  app.add_flag("--quiet,-q", options.quiet, "No progress and no summary");
}

int report(const Error& error, bool json) {
  std::cerr << "marquee: " << error.what << '\n';
  if (!error.where.empty()) std::cerr << "  where: " << error.where << '\n';
  if (!error.mend.empty()) std::cerr << "  to mend it: " << error.mend << '\n';
  if (json) {
    const nlohmann::json line = {{"error",
                                  {{"code", name_of(error.code)},
                                   {"what", error.what},
                                   {"where", error.where},
                                   {"mend", error.mend}}}};
    std::cout << line.dump() << '\n';
  }
  return exit_code(error.code);
}

Result<Context*> make_context(const GlobalOptions& options) {
  static Context context;
  MARQUEE_ASSIGN(context.config, load_config({.file = options.config_file,
                                              .environment = marquee_environment(),
                                              .assignments = options.assignments}));
  if (!options.data_dir.empty()) context.config.data_dir = options.data_dir;
  context.json = options.json;
  context.quiet = options.quiet;
  if (options.quiet && context.config.log.level == "info") context.config.log.level = "warn";
  MARQUEE_TRY(configure_log(context.config.log));
  return &context;
}

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, told like any other
  CLI::App app("Marquee: movie recommendations that learn every night", "marquee");
  app.set_version_flag("--version", std::string("marquee ") + MARQUEE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();  // global options are accepted after the subcommand, too
  GlobalOptions options;
  add_global_options(app, options);
  add_import(app);
  add_generate(app);
  add_produce(app);
  add_consume(app);
  add_tasks(app);
  add_backtest(app);
  add_pipeline(app);
  add_recommend(app);
  add_similar(app);
  add_models(app);
  add_lake(app);
  add_serve(app);
  add_features(app);
  add_forget(app);
  add_doctor(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
    return report(usage_error(app, e), options.json);
  }
  const auto context = make_context(options);
  if (!context) return report(context.error(), options.json);
  const Body* body = chosen_body(app);
  if (body == nullptr) {
    std::cerr << app.help();
    return 2;
  }
  const Status status = (*body)(**context);
  return status ? 0 : report(status.error(), options.json && !(*context)->printed);
}

}  // namespace

void Context::print(const nlohmann::json& record, const std::string& text) const {
  printed = true;
  if (json)
    std::cout << record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  else if (!quiet)
    std::cout << text << (text.empty() || text.back() == '\n' ? "" : "\n");
  std::cout.flush();
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& help,
                      const std::string& example, Body body) {
  CLI::App* command = app.add_subcommand(name, help);
  command->footer("Example:\n  " + example);
  command->fallthrough();
  bodies()[command] = std::move(body);
  return command;
}

}  // namespace marquee::cli

int main(int argc, char** argv) {
  try {
    return marquee::cli::run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "marquee: internal error: " << e.what() << '\n';
    return 1;
  }
}
