// Cuts of the training data on which settings are learned: each is a past that a model is fitted on
// and what came after it. Nothing outside the training data is ever seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/interaction_matrix.h"

namespace marquee {

inline constexpr double kOlderCut = 0.7;

struct Cut {
  std::vector<Rating> past;
  std::vector<Rating> later;  // of users and movies that the past knows or not
  double weight = 1;          // of its users; each cut in time weighs kOlderCut of the next newer
};

struct ValidationCuts {
  std::string kind;       // "time", "user"
  std::string note;       // why it is of this kind, for the report
  std::vector<Cut> cuts;  // the newest first
};

// At most `most` cuts.
//   time: the newest tenth of the ratings lies behind the first cut, the tenth before it behind the
//         second, and so on: later parts never overlap. Falls back to user, and says so in `note`,
//         where times say nothing or too few users stay on over the first cut.
//   user: of each user with at least 5 ratings a tenth is held out, another one in each cut; chosen
//         by what was rated and not by ids.
ValidationCuts make_cuts(const InteractionMatrix& matrix, std::string_view validation,
                         std::size_t most);

}  // namespace marquee
