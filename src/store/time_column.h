// Times in a column: microseconds since the epoch, NULL when unknown.
#pragma once

#include "core/rating.h"
#include "sqlite/database.h"

namespace marquee {

inline void bind_time(sqlite::Statement& statement, int index, TimeMicros time) {
  if (time == kUnknownTime)
    statement.bind_null(index);
  else
    statement.bind(index, time);
}

inline TimeMicros time_at(const sqlite::Statement& statement, int column) {
  return statement.is_null(column) ? kUnknownTime : statement.integer(column);
}

}  // namespace marquee
