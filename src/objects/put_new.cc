#include "objects/put_new.h"

#include <fmt/format.h>

namespace marquee {

Result<std::optional<std::string>> put_new(ObjectStore& store, std::string_view key,
                                           std::string_view bytes, BackoffOptions pauses) {
  constexpr int kAttempts = 8;
  static SystemClock clock;
  Backoff backoff(pauses);
  while (backoff.failures() < kAttempts) {
    const auto put = store.put_if(key, bytes, "");
    if (put) return std::nullopt;
    if (put.error().code != ErrorCode::kConflict) return std::unexpected(put.error());
    auto present = store.get(key);
    if (present) return std::move(*present);
    if (present.error().code != ErrorCode::kNotFound) return std::unexpected(present.error());
    backoff.wait(clock, {});
  }
  return fail(ErrorCode::kUnavailable, "the store neither takes the object nor has one",
              fmt::format("{} in {}", key, store.name()), "try again");
}

}  // namespace marquee
