// Any bytes as a line or as an event: a line is refused or an event of its object; an event that
// events/ accepts is one line, which gives the same event back.
#include "lake/bronze_line.h"

using namespace marquee;

namespace {

const lake::BronzeName kName = {.kind = lake::BronzeKind::kEvents,
                                .date = "2023-11-14",
                                .partition = {"user-events", 2},
                                .first = 10,
                                .last = 20,
                                .compression = lake::Compression::kNone};

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t kOffset = 17;
  const TimeMicros record_time = 1'700'000'000 * kMicrosPerSecond;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  lake::EventLineParser parser;
  BronzeEvent read;
  if (const auto parsed = parser.parse(text, kName, read); parsed)
    require(read.source.offset >= kName.first && read.source.offset <= kName.last);

  const auto event = parse_rating_event(text, record_time, EventOptions{});
  if (!event) return 0;
  std::string line;
  lake::EventLineWriter(kName.partition).append(text, *event, kOffset, record_time, line);
  require(line.find('\n') == line.size() - 1);
  line.pop_back();
  require(parser.parse(line, kName, read).has_value());
  const Rating expected = {event->user, event->movie, static_cast<float>(event->rating),
                           event->timestamp.value_or(record_time)};
  require(read.rating == expected && read.source.offset == kOffset);
  return 0;
}
