#include "stream/event_stream.h"

#include "stream/journal.h"

namespace marquee {
namespace {

Status check_kind(const Config& config) {
  if (config.stream.kind == "journal") return {};
  return fail(ErrorCode::kUsage, "stream.kind kafka is not available in this version",
              "stream.kind", "set stream.kind to journal");
}

}  // namespace

Result<std::unique_ptr<EventSink>> open_sink(const Config& config, Clock& clock) {
  MARQUEE_TRY(check_kind(config));
  return JournalSink::open(config.data_dir, config.kafka.topic, clock);
}

Result<std::unique_ptr<EventSource>> open_source(const Config& config) {
  MARQUEE_TRY(check_kind(config));
  return JournalSource::open(config.data_dir, config.kafka.topic,
                             config.stream.journal_keep_events);
}

}  // namespace marquee
