#include "ingest/judge_record.h"

#include "events/access_log.h"

namespace marquee {

std::expected<std::optional<RatingEvent>, Rejected> judge_record(const StreamRecord& record,
                                                                 const Config& config) {
  if (record.is_null)
    return std::unexpected(Rejected{Rejection::kEmpty, "the record has no value"});
  const std::string& log_topic = config.kafka.access_log_topic;
  if (!log_topic.empty() && record.topic == log_topic)
    return parse_access_log_line(record.value, record.record_time, config.events);
  return parse_rating_event(record.value, record.record_time, config.events);
}

}  // namespace marquee
