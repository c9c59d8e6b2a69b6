// Objects whose names several writers may choose at once for the same content.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/backoff.h"
#include "objects/object_store.h"

namespace marquee {

// Puts an object that nobody else has put; else gives what is there, and changes nothing. A store
// may refuse because somebody is just writing under that key, though nothing can be read there yet
// (or ever, when that attempt fails): then it is asked again, some times with these pauses. Errors
// are those of the store; kUnavailable when neither comes about.
Result<std::optional<std::string>> put_new(ObjectStore& store, std::string_view key,
                                           std::string_view bytes, BackoffOptions pauses = {});

}  // namespace marquee
