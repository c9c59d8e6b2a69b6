// marquee forget --user U: everything that is kept of a user goes, and a scan proves it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include <iostream>

#include "cli/command.h"
#include "cli/id_check.h"
#include "core/progress.h"
#include "core/text_table.h"
#include "core/timestamp.h"
#include "pipeline/forgetting.h"

namespace marquee::cli {
namespace {

constexpr std::string_view kWord = "forget";

struct ForgetOptions {
  std::vector<UserId> users;
  bool yes = false;
};

std::string os_user() {
  const passwd* const entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

nlohmann::json record_of(const ForgettingReport& report) {
  nlohmann::json places = nlohmann::json::array();
  for (const ForgettingPlace& place : report.places)
    places.push_back({{"place", place.name},
                      {"found", place.found},
                      {"removed", place.removed()},
                      {"left", place.left}});
  nlohmann::json record = {
      {"outcome", report.outcome()}, {"places", places}, {"models", report.models}};
  if (report.exact_as_of != kUnknownTime)
    record["statistics_exact_as_of"] = format_timestamp(report.exact_as_of);
  return record;
}

std::string table_of(const ForgettingReport& report) {
  using enum TextTable::Align;
  TextTable table({{"place"}, {"found", kRight}, {"removed", kRight}, {"left", kRight}});
  for (const ForgettingPlace& place : report.places)
    table.add({place.name, fmt::to_string(place.found), fmt::to_string(place.removed()),
               fmt::to_string(place.left)});
  return table.text();
}

// What forgetting cannot reach, and how to be rid of it.
std::string remains_text(const Config& config, const ForgettingReport& report) {
  std::string text;
  if (!report.models.empty())
    text += fmt::format(
        "These models were trained on ratings of whom you forget, and servers may serve them:\n"
        "  {}\nTo replace and remove them: marquee train --deploy, marquee reload, then\n"
        "  marquee models prune --keep 1 --no-rollback\n",
        fmt::join(report.models, "\n  "));
  if (config.stream.kind == "kafka")
    text += fmt::format(
        "Kafka keeps the raw events of {} until their retention has passed (docs/operations.md, "
        "Forget a user).\n",
        config.kafka.topic);
  return text;
}

std::string text_of(const Config& config, const ForgettingReport& report) {
  std::string text = table_of(report);
  if (report.left() == 0 && report.found() == 0) text += "Nothing was found.\n";
  if (report.left() == 0 && report.found() > 0) text += "Nothing is left in these places.\n";
  if (report.exact_as_of != kUnknownTime)
    text += fmt::format("Statistics of users and movies are exact as of {}.\n",
                        format_timestamp(report.exact_as_of));
  return text + remains_text(config, report);
}

bool is_terminal() {
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
}

Status ask(const ForgettingReport& found) {
  std::cerr << table_of(found) << "This cannot be undone. Type " << kWord
            << " to go on: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == kWord) return {};
  return fail(ErrorCode::kUsage, "nothing was removed: it was not confirmed", "",
              fmt::format("type {}, or pass --yes", kWord));
}

Status forget(Context& context, const ForgetOptions& options) {
  if (!options.yes && !is_terminal())
    return fail(ErrorCode::kUsage, "forgetting cannot be undone and has to be confirmed", "--yes",
                "pass --yes, or run it on a terminal");
  std::optional<ProgressBar> bar;
  bar.emplace(context.quiet);
  const auto confirm = [&](const ForgettingReport& found) -> Status {
    if (options.yes) return {};
    bar.reset();  // wiped before something else is written
    MARQUEE_TRY(ask(found));
    bar.emplace(context.quiet);
    return {};
  };
  const auto report = forget_users(
      context.config, context.clock,
      {.users = options.users,
       .by = os_user(),
       .confirm = confirm,
       .progress = [&](std::string_view step, double share) { bar->update(step, share); }});
  bar.reset();
  if (!report) return std::unexpected(report.error());
  context.print(record_of(*report), text_of(context.config, *report));
  if (report->left() == 0) return {};
  return fail(ErrorCode::kConflict, "something of the users is left", "the last column",
              "see that nothing else writes there, then run it again");
}

}  // namespace

void add_forget(CLI::App& app) {
  const auto options = std::make_shared<ForgetOptions>();
  CLI::App* command =
      add_command(app, "forget", "Removes all that is kept of a user, and proves it by a scan",
                  "marquee forget --user 123 --yes",
                  [options](Context& context) { return forget(context, *options); });
  command->add_option("--user", options->users, "Whom to forget; may be repeated")
      ->type_name("USER")
      ->required()
      ->expected(1)
      ->take_all()
      ->check(id_check());
  command->add_flag("--yes", options->yes, "Do not ask");
}

}  // namespace marquee::cli
