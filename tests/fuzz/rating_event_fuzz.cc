// Any bytes as an event: it is refused with a reason, or written and read again it is the same
// event; what the quick way takes, the thorough one takes alike.
#include "events/event_forms.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace marquee;
  const TimeMicros record_time = 1'700'000'000 * kMicrosPerSecond;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto plain = parse_plain_event(text, record_time, EventOptions{})) {
    const auto any = parse_any_event(text, record_time, EventOptions{});
    if (!any || *any != *plain) std::abort();
  }
  const auto event = parse_rating_event(text, record_time, EventOptions{});
  if (!event) {
    if (name_of(event.error().reason).empty() || event.error().detail.empty()) std::abort();
    return 0;
  }
  const auto again = parse_rating_event(to_json(*event), record_time, EventOptions{});
  if (!again || *again != *event) std::abort();
  return 0;
}
