// One line an event: the event's JSON object as it came, on one line, with its place appended:
//
//   {"user_id":123,"movie_id":456,"rating":4.5,"device":"tv",
//    "_source":{"topic":"user-events","partition":0,"offset":17,"record_time":"2025-03-15T10:00:00Z"}}
//
// (broken here for the page). record_time is there only when the event has no time of its own. Of
// an event whose user was forgotten its place alone is left, so that its offset stays accounted
// for:
//
//   {"forgotten":true,"_source":{"topic":"user-events","partition":0,"offset":17}}
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "events/rating_event.h"
#include "lake/bronze_name.h"
#include "lake/bronze_reader.h"

namespace marquee::lake {

// Writes the lines of one partition. Immutable; thread-safe.
class EventLineWriter {
 public:
  explicit EventLineWriter(const StreamPartition& partition);

  // Appends the line of one event, "\n" included. `json` is the valid event that `event` was parsed
  // from: its fields, number formats and their order stay, blanks between them go, a `_source` that
  // came with it is replaced. What is no JSON object is written as to_json(event).
  void append(std::string_view json, const RatingEvent& event, std::int64_t offset,
              TimeMicros record_time, std::string& out) const;

 private:
  std::string source_;  // ,"_source":{"topic":…,"partition":…,"offset":
};

// Appends the line that stands for a forgotten event or dead letter, "\n" included.
void append_forgotten_line(const StreamPartition& partition, std::int64_t offset, std::string& out);

// Parses lines; keeps its buffers, so one a thread.
class EventLineParser {
 public:
  EventLineParser();
  ~EventLineParser();

  // `line` comes without its "\n". Fills `event` (whose strings are reused), or says in a few words
  // why the line is not an event of the object `name`; then `event` holds anything. Of a
  // forgotten event only the source is filled in. Whether the rating lies within bounds is not
  // looked at.
  std::expected<void, std::string> parse(std::string_view line, const BronzeName& name,
                                         BronzeEvent& event);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace marquee::lake
