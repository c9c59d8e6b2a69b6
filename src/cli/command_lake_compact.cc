#include "cli/command.h"
#include "cli/lake_compact.h"
#include "cli/task_console.h"
#include "pipeline/lake_compaction.h"

namespace marquee::cli {
namespace {

Status compact(Context& context) {
  ProgressBar bar(context.quiet || context.json);
  MARQUEE_ASSIGN(const Compaction done,
                 compact_lake(context.config, [&](std::string_view step, double share) {
                   bar.update(step, share);
                 }));
  const RatingManifest& manifest = done.manifest;
  context.print(
      {{"version", manifest.version},
       {"changed", done.changed},
       {"new_events", done.new_events},
       {"ratings", manifest.rows},
       {"events", manifest.events},
       {"files", manifest.files.size()}},
      done.changed ? fmt::format("silver/ratings is at version {}: {} ratings of {} events, {} of "
                                 "them new, in {} files\n",
                                 manifest.version, manifest.rows, manifest.events, done.new_events,
                                 manifest.files.size())
                   : fmt::format("silver/ratings is up to date at version {}\n", manifest.version));
  return {};
}

}  // namespace

void add_lake_compact(CLI::App& lake) {
  add_command(lake, "compact", "Brings the compacted ratings up to what the consumers committed",
              "marquee lake compact", compact);
}

}  // namespace marquee::cli
