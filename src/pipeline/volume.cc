#include "pipeline/volume.h"

#include <nlohmann/json.hpp>

#include "pipeline/run_folder.h"
#include "pipeline/task.h"

namespace marquee {
namespace {

using nlohmann::json;

constexpr std::int64_t kEnoughForAShare = 100;

std::optional<RatingHistogram> histogram_from(const json& value) {
  RatingHistogram histogram{};
  if (!value.is_array() || value.size() != histogram.size()) return std::nullopt;
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    if (!value[i].is_number_integer()) return std::nullopt;
    histogram[i] = value[i].get<std::int64_t>();
  }
  return histogram;
}

std::optional<std::int64_t> integer(const json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<ValidatedRun> validated_run(const RunFolder& folder) {
  if (status_of(folder, "validate") != "done") return std::nullopt;
  const json record = *folder.record("validate");
  const auto sequence = integer(record, "sequence");
  const auto accepted = integer(record, "accepted_events");
  const auto dead = integer(record, "dead_letters");
  const auto histogram = histogram_from(record.value("histogram", json()));
  if (!sequence || !accepted || !dead || !histogram) return std::nullopt;
  return ValidatedRun{folder.run_id(), *sequence, *accepted, *dead, integer(record, "new_events"),
                      *histogram};
}

double median(std::vector<std::int64_t> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return static_cast<double>(values[middle]);
  return (static_cast<double>(values[middle - 1]) + static_cast<double>(values[middle])) / 2;
}

std::vector<std::int64_t> last_volumes(const std::vector<ValidatedRun>& past, std::int64_t count) {
  std::vector<std::int64_t> volumes;
  for (auto run = past.rbegin(); run != past.rend() && std::ssize(volumes) < count; ++run)
    if (run->new_events) volumes.push_back(*run->new_events);
  return volumes;
}

double share_of(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<ValidatedRun> validated_runs_before(const std::filesystem::path& data_dir,
                                                const std::string& run_id,
                                                const Snapshot& snapshot) {
  std::vector<ValidatedRun> runs;
  const auto place = [](const ValidatedRun& run) { return std::pair(run.sequence, run.run_id); };
  for (const RunFolder& folder : all_runs(data_dir)) {
    auto run = validated_run(folder);
    if (run && place(*run) < std::pair(snapshot.sequence, run_id)) runs.push_back(std::move(*run));
  }
  std::ranges::sort(runs, {}, place);
  return runs;
}

std::optional<std::int64_t> new_events(const std::vector<ValidatedRun>& past,
                                       const Snapshot& snapshot) {
  if (past.empty()) return std::nullopt;
  return snapshot.accepted_events - past.back().accepted_events;
}

Check check_volume(const std::vector<ValidatedRun>& past, const Snapshot& snapshot,
                   const ValidateOptions& options) {
  const auto now = new_events(past, snapshot);
  if (!now) return {"volume", Verdict::kPass, "the first validated run: nothing to compare with"};
  const auto volumes = last_volumes(past, options.volume_runs);
  if (volumes.empty())
    return {"volume", Verdict::kPass,
            fmt::format("{} new events; the first volume that is known", *now)};
  const double usual = median(volumes);
  const bool too_few = static_cast<double>(*now) < options.min_volume_share * usual;
  return {
      "volume", too_few ? Verdict::kFail : Verdict::kPass,
      fmt::format(
          "{} new events; the median of the last {} runs is {}, at least {:.1f} % of it is wanted",
          *now, volumes.size(), usual, 100 * options.min_volume_share)};
}

Check check_dead_letters(const std::vector<ValidatedRun>& past, const Snapshot& snapshot,
                         const ValidateOptions& options) {
  const std::int64_t all = snapshot.accepted_events + snapshot.dead_letters;
  const double share_ever = share_of(snapshot.dead_letters, all);
  const std::int64_t dead_before = past.empty() ? 0 : past.back().dead_letters;
  const std::int64_t all_before = past.empty() ? 0 : past.back().accepted_events + dead_before;
  const std::int64_t fresh = all - all_before;
  const double share_now =
      fresh < kEnoughForAShare ? 0.0 : share_of(snapshot.dead_letters - dead_before, fresh);
  const bool too_many = std::max(share_ever, share_now) > options.max_dead_letter_share;
  return {
      "dead letters", too_many ? Verdict::kFail : Verdict::kPass,
      fmt::format("{} of {} events ever ({:.2f} %), {} of {} since the last validated run; at most "
                  "{:.2f} % is "
                  "accepted",
                  snapshot.dead_letters, all, 100 * share_ever, snapshot.dead_letters - dead_before,
                  fresh, 100 * options.max_dead_letter_share)};
}

}  // namespace marquee
