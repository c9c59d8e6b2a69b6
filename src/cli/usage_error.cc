#include "cli/usage_error.h"

#include <fmt/format.h>

#include "core/nearest_name.h"

namespace marquee::cli {
namespace {

// The subcommand that was chosen last: of "models show x" it is show.
const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.back());
}

// "marquee models show"
std::string path_of(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name();
  return path_of(*app.get_parent()) + " " + app.get_name();
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

// With the global ones, which are accepted everywhere.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent())
    for (const CLI::Option* option : level->get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string unknown(std::string_view kind, std::string_view word,
                    const std::vector<std::string>& names) {
  return fmt::format("unknown {} '{}'; did you mean '{}'?", kind, word, nearest_name(word, names));
}

std::string unknown_word(const CLI::App& command, const std::string& word) {
  if (word.starts_with('-')) return unknown("option", word, option_names(command));
  const auto names = command_names(command);
  if (!names.empty()) return unknown("command", word, names);
  return fmt::format("unexpected argument '{}'", word);
}

}  // namespace

Error usage_error(const CLI::App& app, const CLI::ParseError& refusal) {
  const CLI::App& command = innermost(app);
  const auto rest = app.remaining(true);
  return {ErrorCode::kUsage, rest.empty() ? refusal.what() : unknown_word(command, rest.front()),
          path_of(command), fmt::format("see {} --help", path_of(command))};
}

}  // namespace marquee::cli
