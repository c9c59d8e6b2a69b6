#include <memory>

#include "cli/command.h"
#include "cli/lake_compact.h"
#include "cli/lake_text.h"
#include "lake/bronze_check.h"
#include "objects/object_store.h"
#include "stream/event_stream.h"

namespace marquee::cli {
namespace {

constexpr int kThreads = 8;  // they wait for the store, mostly

Status list(const Context& context, bool count) {
  MARQUEE_ASSIGN(const auto store, open_object_store(context.config));
  MARQUEE_ASSIGN(const auto contents, list_bronze_contents(*store, count, kThreads));
  context.print({{"bronze", contents_json(contents)}}, contents_text(contents));
  return {};
}

Status verify(const Context& context) {
  const Config& config = context.config;
  MARQUEE_ASSIGN(const auto store, open_object_store(config));
  MARQUEE_ASSIGN(const auto progress, stream_progress(config));
  const auto expected = expected_offsets(progress, config.kafka.access_log_topic);
  MARQUEE_ASSIGN(const BronzeCheck check, check_bronze(*store, expected, kThreads));
  context.print(check_json(check), check_text(check));
  if (check.is_complete()) return {};
  return fail(ErrorCode::kCorrupt, "committed events are not in Bronze", store->name(),
              "read them from the stream again while it still has them (docs/operations.md, "
              "backfill)");
}

}  // namespace

void add_lake(CLI::App& app) {
  const auto count = std::make_shared<bool>(false);
  CLI::App* lake = app.add_subcommand("lake", "Shows and checks what lies in the lake");
  lake->require_subcommand(1);
  lake->fallthrough();
  lake->footer("Example:\n  marquee lake verify");

  add_command(*lake, "ls", "Lists what lies in Bronze, by topic and partition", "marquee lake ls",
              [count](Context& context) { return list(context, *count); })
      ->add_flag("--count", *count, "Read everything and count the events");
  add_command(*lake, "verify", "Reads all of Bronze; fails when committed events are not there",
              "marquee lake verify --json", [](Context& context) { return verify(context); });
  add_lake_compact(*lake);
}

}  // namespace marquee::cli
