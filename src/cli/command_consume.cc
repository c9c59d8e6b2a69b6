#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "cli/command.h"
#include "cli/lake_parts.h"
#include "cli/signal_stop.h"
#include "core/log.h"
#include "ingest/consumer.h"
#include "store/rating_store.h"

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

std::string summary(const ConsumedCounts& counts, const Config& config) {
  const bool embedded = config.storage.mode == "embedded";
  std::string text =
      fmt::format("{} events: {} {}, {} were not valid and are in {}", counts.events,
                  counts.ratings, embedded ? "changed a rating" : "are in Bronze",
                  counts.dead_letters, embedded ? "dead_letters" : "bronze/dead-letter");
  if (counts.passed_over > 0)
    text += fmt::format(", {} were other lines of the access log", counts.passed_over);
  return text + "\n";
}

Result<ConsumedCounts> consume_into_store(const Config& config, std::stop_token stop,
                                          std::chrono::milliseconds idle) {
  MARQUEE_ASSIGN(auto store, RatingStore::open(config.data_dir, sqlite::Access::kReadWrite));
  MARQUEE_ASSIGN(const auto source, open_source(config));
  return Consumer(*source, store, config).run(std::move(stop), idle);
}

Status consume(Context& context, const Arguments& arguments) {
  const SignalStop stop;
  const auto idle = idle_of(arguments);
  if (arguments.exit_when_idle < 0) spdlog::info("taking events as they come; stop with Ctrl-C");
  MARQUEE_ASSIGN(const ConsumedCounts counts,
                 context.config.storage.mode == "embedded"
                     ? consume_into_store(context.config, stop.token(), idle)
                     : consume_into_lake(context.config, context.clock, stop.token(), idle));
  context.print({{"events", counts.events},
                 {"ratings", counts.ratings},
                 {"dead_letters", counts.dead_letters},
                 {"passed_over", counts.passed_over}},
                summary(counts, context.config));
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
