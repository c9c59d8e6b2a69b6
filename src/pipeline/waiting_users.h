// Events of some users that the consumers have not committed yet.
#pragma once

#include "core/config.h"
#include "events/user_mentions.h"
#include "stream/event_stream.h"

namespace marquee {

// Reads the stream, beside the group, from the committed offsets to where it ended when it was
// asked. kUnavailable when nothing comes for 30 s.
Result<std::int64_t> count_waiting(const Config& config, const UserMentions& users);

}  // namespace marquee
