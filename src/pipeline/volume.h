// How much is new since the last validated run, and whether that is plausible: a night whose data
// stayed away must not pass for a quiet one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "pipeline/data_checks.h"
#include "store/rating_store.h"

namespace marquee {

// What validate's record keeps for later runs.
struct ValidatedRun {
  std::string run_id;
  std::int64_t sequence = 0;               // of its snapshot
  std::int64_t accepted_events = 0;        // ever, at its snapshot
  std::int64_t dead_letters = 0;           // ever, at its snapshot
  std::optional<std::int64_t> new_events;  // since the validated run before it; none for the first
  RatingHistogram histogram{};
};

// The validated runs before (snapshot, run_id), oldest first: those of runs/ whose validate is
// done. A run that was only trained by hand is not among them. Records that cannot be understood
// are passed over.
std::vector<ValidatedRun> validated_runs_before(const std::filesystem::path& data_dir,
                                                const std::string& run_id,
                                                const Snapshot& snapshot);

// accepted_events since the last of `past`; nullopt when there is none, so that a first import is
// no volume.
std::optional<std::int64_t> new_events(const std::vector<ValidatedRun>& past,
                                       const Snapshot& snapshot);

// Fails below min_volume_share of the median over the last volume_runs that have a volume.
Check check_volume(const std::vector<ValidatedRun>& past, const Snapshot& snapshot,
                   const ValidateOptions& options);

// Fails when dead letters exceed max_dead_letter_share of all events ever, or of those since the
// last validated run when these are at least 100: fewer are too few for a share.
Check check_dead_letters(const std::vector<ValidatedRun>& past, const Snapshot& snapshot,
                         const ValidateOptions& options);

}  // namespace marquee
