// One line a dead letter: what came, why it is no event, and where it stood in the stream.
//
//   {"reason":"malformed_json","detail":"not valid JSON at byte 3","payload":"{x",
//    "_source":{"topic":"user-events","partition":0,"offset":17,"record_time":"2025-03-15T10:00:00Z"}}
//
// A payload that is not UTF-8 stands as "payload_base64"; that of a null value is null. What named a
// user who was forgotten is a line of append_forgotten_line(), see bronze_line.h.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "lake/bronze_name.h"

namespace marquee::lake {

struct DeadLetterLine {
  std::string reason;
  std::string detail;
  std::string payload;  // the bytes as they came
  bool is_null = false;
  std::int64_t offset = 0;
  TimeMicros record_time = kUnknownTime;
  bool is_forgotten = false;  // its offset is all that is left

  friend bool operator==(const DeadLetterLine&, const DeadLetterLine&) = default;
};

// Appends the line, "\n" included.
void append_dead_letter_line(const StreamRecord& record, std::string_view reason,
                             std::string_view detail, std::string& out);

// `line` comes without its "\n". The error says in a few words why it is no dead letter of the
// object `name`.
std::expected<DeadLetterLine, std::string> parse_dead_letter_line(std::string_view line,
                                                                  const BronzeName& name);

}  // namespace marquee::lake
