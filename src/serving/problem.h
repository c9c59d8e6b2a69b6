// Errors as they leave the API: application/problem+json (RFC 9457), with one field more, "mend".
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/error.h"
#include "serving/http_message.h"

namespace marquee::serving {

// What can go wrong with a request. Each has a fixed name, title and, unless told otherwise,
// status; see docs/api.md for the table.
enum class ProblemKind {
  kInvalidTarget,
  kInvalidId,
  kInvalidTopN,
  kInvalidFilter,
  kMalformedBody,
  kInvalidEvent,
  kUnknownPath,
  kUnknownMovie,
  kUnknownUser,
  kUnknownReload,
  kMethodNotAllowed,
  kBodyTooLarge,
  kUnsupportedMediaType,
  kModelRefused,
  kNoModel,
  kNoData,
  kBusy,
  kUnavailable,
  kInternal,
};
inline constexpr int kProblemKindCount = static_cast<int>(ProblemKind::kInternal) + 1;

struct Problem {
  ProblemKind kind = ProblemKind::kInternal;
  std::string detail;  // what is wrong with this very request
  std::string mend;    // what to do about it; may be empty
  int status = 0;      // 0: the kind's own
};

template <typename T>
using Answer = std::expected<T, Problem>;

std::unexpected<Problem> refuse(ProblemKind kind, std::string detail, std::string mend = {});

// "invalid-id": what stands after "urn:marquee:problem:" in the field "type".
std::string_view name_of(ProblemKind kind);
int status_of(const Problem& problem);

// An Error of another room; its code decides kind and status.
Problem problem_from(const Error& error);

// `instance` is the request's target.
Response to_response(const Problem& problem, std::string_view instance);

}  // namespace marquee::serving
