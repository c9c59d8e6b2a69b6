// Under which key an event goes into a stream that has several partitions.
#pragma once

#include <string_view>

namespace marquee {

// The digits of the event's own "user_id", so that all events of a user stay in one partition and
// in order; a part of `json`. Empty when there is none to be found: the event is then placed
// anywhere. Looks no further than it must and judges nothing; of an event that is not valid it may
// find a key or none.
std::string_view event_key(std::string_view json);

}  // namespace marquee
