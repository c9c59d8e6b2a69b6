#include "core/error.h"

namespace marquee {

std::string Error::message() const {
  std::string text = what;
  if (!where.empty()) text += " (" + where + ")";
  if (!mend.empty()) text += "; " + mend;
  return text;
}

std::unexpected<Error> fail(ErrorCode code, std::string what, std::string where, std::string mend) {
  return std::unexpected(Error{code, std::move(what), std::move(where), std::move(mend)});
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage: return 2;
    case ErrorCode::kUnfit: return 3;
    case ErrorCode::kGateRefused: return 4;
    default: return 1;
  }
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage: return "usage";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kUnfit: return "unfit";
    case ErrorCode::kGateRefused: return "gate_refused";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

}  // namespace marquee
