#include "lake/bronze_sample.h"

#include <algorithm>

#include "lake/bronze_line.h"
#include "lake/bronze_objects.h"

namespace marquee {

Status check_bronze_sample(ObjectStore& store, int objects) {
  MARQUEE_ASSIGN(const auto all, lake::list_bronze(store, lake::BronzeKind::kEvents));
  const std::size_t count = std::min(all.size(), static_cast<std::size_t>(std::max(objects, 0)));
  lake::EventLineParser parser;
  BronzeEvent event;
  for (std::size_t k = 1; k <= count; ++k) {
    const lake::BronzeObject& object = all[k * all.size() / count - 1];
    MARQUEE_TRY(lake::read_lines(
        store, object, [&](std::string_view line) -> std::expected<std::int64_t, std::string> {
          if (auto parsed = parser.parse(line, object.name, event); !parsed)
            return std::unexpected(std::move(parsed.error()));
          return event.source.offset;
        }));
  }
  return {};
}

}  // namespace marquee
