#include "serving/problem.h"

#include <array>
#include <nlohmann/json.hpp>

namespace marquee::serving {
namespace {

struct Kind {
  int status;
  std::string_view name;
  std::string_view title;
};

// In the order of ProblemKind.
constexpr std::array<Kind, kProblemKindCount> kKinds = {{
    {400, "invalid-target", "The request target cannot be read"},
    {400, "invalid-id", "Not a valid id"},
    {400, "invalid-top-n", "top_n is out of range"},
    {400, "invalid-filter", "A condition on the list cannot be met"},
    {400, "malformed-body", "The body cannot be read"},
    {400, "invalid-event", "Not a valid rating event"},
    {404, "unknown-path", "There is nothing at this path"},
    {404, "unknown-movie", "The model does not know this movie"},
    {404, "unknown-user", "Nothing is known of this user"},
    {404, "unknown-reload", "There is no reload of this id"},
    {405, "method-not-allowed", "This path does not answer that method"},
    {413, "body-too-large", "The body is too large"},
    {415, "unsupported-media-type", "The body is of a type that is not read here"},
    {422, "model-refused", "The model was refused; the present one stays"},
    {503, "no-model", "There is no model"},
    {503, "no-data", "There is nothing to build a model from"},
    {503, "busy", "Too much is waiting already"},
    {503, "unavailable", "Not available at the moment"},
    {500, "internal", "The server failed"},
}};

const Kind& kind_of(ProblemKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

ProblemKind kind_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage:
      return ProblemKind::kMalformedBody;
    case ErrorCode::kCorrupt:
    case ErrorCode::kGateRefused:
      return ProblemKind::kModelRefused;
    case ErrorCode::kNotFound:
      return ProblemKind::kNoModel;
    case ErrorCode::kUnfit:
      return ProblemKind::kNoData;
    case ErrorCode::kUnavailable:
      return ProblemKind::kUnavailable;
    case ErrorCode::kConflict:
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      return ProblemKind::kInternal;
  }
  return ProblemKind::kInternal;
}

}  // namespace

std::unexpected<Problem> refuse(ProblemKind kind, std::string detail, std::string mend) {
  return std::unexpected(Problem{kind, std::move(detail), std::move(mend)});
}

std::string_view name_of(ProblemKind kind) {
  return kind_of(kind).name;
}

int status_of(const Problem& problem) {
  return problem.status != 0 ? problem.status : kind_of(problem.kind).status;
}

Problem problem_from(const Error& error) {
  std::string detail = error.what;
  if (!error.where.empty()) detail += " (" + error.where + ")";
  return {kind_for(error.code), std::move(detail), error.mend};
}

Response to_response(const Problem& problem, std::string_view instance) {
  const Kind& kind = kind_of(problem.kind);
  nlohmann::ordered_json json = {{"type", fmt::format("urn:marquee:problem:{}", kind.name)},
                                 {"title", kind.title},
                                 {"status", status_of(problem)},
                                 {"detail", problem.detail},
                                 {"instance", instance}};
  if (!problem.mend.empty()) json["mend"] = problem.mend;
  Response response;
  response.status = status_of(problem);
  response.content_type = kProblemType;
  response.body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  if (response.status == 503) response.headers.emplace_back("Retry-After", "5");
  response.close_connection = response.status == 413;
  return response;
}

}  // namespace marquee::serving
