#include "pipeline/event_checks.h"

namespace marquee {
namespace {

double share_of(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

Check warn_above(std::string name, std::int64_t part, std::int64_t whole, double limit,
                 std::string_view what) {
  const double share = share_of(part, whole);
  return {std::move(name), share > limit ? Verdict::kWarn : Verdict::kPass,
          fmt::format("{} of {} new events ({:.2f} %) {}; up to {:.2f} % is usual", part, whole,
                      100 * share, what, 100 * limit)};
}

}  // namespace

Check check_missing(const EventProfile& events, const ValidateOptions& options) {
  const double share = share_of(events.missing, events.events + events.missing);
  Verdict verdict = events.missing > 0 ? Verdict::kWarn : Verdict::kPass;
  if (share > options.max_missing_share) verdict = Verdict::kFail;
  return {"missing", verdict,
          fmt::format("{} offsets ({:.3f} %) since the last compaction hold neither an event nor a "
                      "dead letter; up to {:.3f} % is accepted",
                      events.missing, 100 * share, 100 * options.max_missing_share)};
}

Check check_duplicates(const EventProfile& events, const ValidateOptions& options) {
  return warn_above("duplicates", events.duplicates, events.events, options.max_duplicate_share,
                    "say what another one says");
}

Check check_order(const EventProfile& events, const ValidateOptions& options) {
  return warn_above("order", events.out_of_order, events.timed, options.max_out_of_order_share,
                    "are older than one before them");
}

Check check_lateness(const EventProfile& events, const ValidateOptions& options) {
  return warn_above(
      "lateness", events.late, events.timed, options.max_late_share,
      fmt::format("are older than one before them by more than {} s", options.late_after_seconds));
}

}  // namespace marquee
