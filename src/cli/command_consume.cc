#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "cli/command.h"
#include "cli/signal_stop.h"
#include "core/log.h"
#include "ingest/consumer.h"
#include "pipeline/run_data.h"

namespace marquee::cli {
namespace {

struct Arguments {
  double exit_when_idle = -1;  // seconds; below 0: never
};

std::chrono::milliseconds idle_of(const Arguments& arguments) {
  if (arguments.exit_when_idle < 0) return std::chrono::milliseconds(0);
  // The consumer takes 0 for "never"; a person means "as soon as there is nothing".
  return std::chrono::milliseconds(
      std::max<std::int64_t>(1, std::llround(arguments.exit_when_idle * 1000)));
}

Status consume(const Context& context, const Arguments& arguments) {
  MARQUEE_TRY(require_embedded(context.config));
  const SignalStop stop;
  MARQUEE_ASSIGN(auto store,
                 RatingStore::open(context.config.data_dir, sqlite::Access::kReadWrite));
  MARQUEE_ASSIGN(const auto source, open_source(context.config));
  if (arguments.exit_when_idle < 0) spdlog::info("applying events as they come; stop with Ctrl-C");
  Consumer consumer(*source, store, context.config);
  MARQUEE_ASSIGN(const ConsumedCounts counts, consumer.run(stop.token(), idle_of(arguments)));
  context.print(
      {{"events", counts.events},
       {"ratings", counts.ratings},
       {"dead_letters", counts.dead_letters}},
      fmt::format("{} events: {} changed a rating, {} were not valid and are in dead_letters\n",
                  counts.events, counts.ratings, counts.dead_letters));
  return {};
}

}  // namespace

void add_consume(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      add_command(app, "consume", "Apply the stream's events to the store",
                  "marquee consume --exit-when-idle 5",
                  [arguments](Context& context) { return consume(context, *arguments); });
  command
      ->add_option("--exit-when-idle", arguments->exit_when_idle,
                   "End when nothing came for so long; without it, run until Ctrl-C")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e6));
}

}  // namespace marquee::cli
