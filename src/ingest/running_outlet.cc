#include "ingest/running_outlet.h"

#include "lake/running_deltas.h"

namespace marquee {

RunningOutlet running_outlet(const FeatureTables& tables, ObjectStore& lake) {
  return {.load =
              [&tables](EntityKind kind, const StreamPartition& partition,
                        std::span<const std::int64_t> ids) {
                return tables.load_running(kind, partition.topic, partition.partition, ids);
              },
          .write = [&tables, &lake](EntityKind kind, std::span<const RunningRow> rows) -> Status {
            MARQUEE_TRY(write_running_deltas(lake, kind, rows));
            return tables.put_running(kind, rows);
          }};
}

RunningOptions running_options(const IngestOptions& options) {
  RunningOptions running;
  running.flush_every = std::chrono::seconds(options.running_flush_seconds);
  return running;
}

}  // namespace marquee
