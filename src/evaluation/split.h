// evaluation/ says how good a model is, honestly: it splits ratings, fits a configuration on one
// part, ranks the full catalogue for every user, and judges the lists on the other part. It is
// given ratings, movies and configurations; it hands on figures with intervals, and the gate's
// verdict.
//
// This header is the one to read first: how a hold-out is made.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/error.h"
#include "core/rating.h"

namespace marquee {

enum class SplitKind { kUser, kTime };

struct Split {
  SplitKind kind = SplitKind::kUser;
  std::string note;  // why it is of this kind, for the report
  std::vector<Rating> train;
  std::vector<Rating> test;
};

// Splits resolved ratings (one a pair), whose order changes nothing.
//   user: of each user with at least min_user_ratings, ordered by a hash of (seed, user, movie),
//   the last
//         ⌊test_share · n⌋ are test
//   time: ordered by (time, that hash), the last ⌊test_share · n⌋ of all are test, and of those
//   only the users
//         with a rating in the training part are kept. Falls back to user, and says so in `note`,
//         where less than half the ratings have a time, or all have the same.
// kUnfit when either part would be empty.
Result<Split> split_ratings(std::span<const Rating> ratings, std::string_view validation,
                            const EvaluationOptions& options);

// One fold (of options.folds, from 0) of a k-fold by user: of each user with at least
// min_user_ratings and as many as there are folds, every folds-th rating in the order of that hash
// is test, another one in each fold. Each of these ratings is test in exactly one fold; users with
// fewer are in every training part. kUnfit when either part would be empty.
Result<Split> split_fold(std::span<const Rating> ratings, std::int64_t fold,
                         const EvaluationOptions& options);

}  // namespace marquee
