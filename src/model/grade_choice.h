// Which grades the data favours. Where people rate what they like, how much they liked it tells
// more than that they did; where ratings say little, that they chose it does; where they rate what
// they are shown, that they did not like it counts against a movie. Which it is shows on cuts of
// the data.
#pragma once

#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/error.h"
#include "model/grades.h"

namespace marquee {

// A way of grading, as settings (grades.h).
struct GradeKind {
  std::string_view name;
  double slope = kSmoothGrades;
  double other_strength = 0;
};

struct GradeTry {
  GradeKind kind;
  double ndcg = 0;  // mean NDCG@10 of item–item alone
};

struct GradeChoice {
  GradeKind kind;
  std::vector<GradeTry> tries;  // smooth first; empty where nothing was tried
};

// What grade_slope is where it is open, and with it an other_strength of 0: smooth, or what on cuts
// of the data lets item–item alone rank by 1 % better: gentle, a step at the threshold, flat (any
// rating is a like) or balanced (bad ratings count against a movie as good ones for it). Tried on a
// few thousand users and the best known movies only, so that it takes little of a training; kinds
// that are not far behind with the best of three ridges. What is pinned stands, and without
// learning, and where all ratings are alike, smooth grades do. Errors as of fit_ease.
Result<GradeChoice> choose_grades(const InteractionMatrix& matrix, const ModelOptions& asked);

// `asked` with the grades of `kind`.
ModelOptions with_grades(ModelOptions asked, const GradeKind& kind);

}  // namespace marquee
