#include "aws/service_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <string_view>

namespace marquee::aws {
namespace {

constexpr std::array<std::string_view, 9> kThrottling = {"SlowDown",
                                                         "Throttling",
                                                         "ThrottlingException",
                                                         "ThrottledException",
                                                         "RequestThrottled",
                                                         "RequestLimitExceeded",
                                                         "ProvisionedThroughputExceededException",
                                                         "TooManyRequestsException",
                                                         "LimitExceededException"};

// With a status that does not tell.
constexpr std::array<std::string_view, 8> kTransient = {"RequestTimeout",
                                                        "IncompleteBody",
                                                        "BadDigest",
                                                        "XAmzContentSHA256Mismatch",
                                                        "ConditionalRequestConflict",
                                                        "OperationAborted",
                                                        "InternalServerError",
                                                        "ServiceUnavailable"};

constexpr std::array<std::string_view, 13> kCredentials = {"InvalidAccessKeyId",
                                                           "SignatureDoesNotMatch",
                                                           "InvalidSignatureException",
                                                           "UnrecognizedClientException",
                                                           "MissingAuthenticationToken",
                                                           "MissingAuthenticationTokenException",
                                                           "ExpiredToken",
                                                           "ExpiredTokenException",
                                                           "InvalidToken",
                                                           "AccessDenied",
                                                           "AccessDeniedException",
                                                           "IncompleteSignature",
                                                           "IncompleteSignatureException"};

constexpr std::array<std::string_view, 3> kRegion = {
    "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"};

// Any other 404 is about something else than what was asked for, such as the account.
constexpr std::array<std::string_view, 4> kMissing = {"NoSuchKey", "NoSuchVersion", "NoSuchUpload",
                                                      "ResourceNotFoundException"};

bool is_one_of(std::string_view code, const auto& codes) {
  return std::ranges::find(codes, code) != codes.end();
}

ServiceError from_xml(const std::string& body) {
  pugi::xml_document document;
  document.load_buffer(body.data(), body.size());
  const pugi::xml_node error = document.child("Error");
  return {error.child_value("Code"), error.child_value("Message")};
}

std::string text_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// "__type" is "namespace#Code".
ServiceError from_json(const std::string& body) {
  const auto object = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return {};
  const std::string type = text_of(object, "__type");
  const std::string message = text_of(object, "message");
  return {type.substr(type.find('#') + 1), message.empty() ? text_of(object, "Message") : message};
}

ErrorCode code_of(const HttpAnswer& answer, std::string_view code) {
  if (verdict_on(answer) != Verdict::kRefused) return ErrorCode::kUnavailable;
  if (code == "NoSuchBucket" || code == "RequestTimeTooSkewed" || is_one_of(code, kCredentials) ||
      is_one_of(code, kRegion) || answer.status == 401 || answer.status == 403 ||
      answer.status == 301)
    return ErrorCode::kUsage;
  if (is_one_of(code, kMissing) || (answer.status == 404 && code.empty()))
    return ErrorCode::kNotFound;
  if (answer.status == 409 || answer.status == 412 || code == "ConditionalCheckFailedException" ||
      code == "ResourceInUseException")
    return ErrorCode::kConflict;
  return ErrorCode::kInternal;
}

std::string mend_for(std::string_view code, ErrorCode kind) {
  if (code == "NoSuchBucket") return "make the bucket, or correct s3.bucket";
  if (code == "RequestTimeTooSkewed") return "set this machine's clock";
  if (is_one_of(code, kRegion)) return "set s3.region (dynamodb.region) to where the data is";
  if (kind == ErrorCode::kUsage)
    return "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the shared credentials file, and "
           "what they permit";
  if (kind == ErrorCode::kUnavailable) return "try again later";
  return {};
}

}  // namespace

ServiceError service_error(const HttpAnswer& answer) {
  const std::size_t first = answer.body.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return answer.body[first] == '<' ? from_xml(answer.body) : from_json(answer.body);
}

Verdict verdict_on(const HttpAnswer& answer) {
  if (answer.status >= 200 && answer.status < 300) return Verdict::kSuccess;
  const std::string code = service_error(answer).code;
  if (answer.status == 429 || is_one_of(code, kThrottling)) return Verdict::kThrottled;
  if (answer.status >= 500 || answer.status == 408 || is_one_of(code, kTransient))
    return Verdict::kTransient;
  return Verdict::kRefused;
}

std::chrono::milliseconds retry_after(const HttpAnswer& answer) {
  constexpr int kLongest = 3600;
  const std::string text = answer.header("retry-after");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(std::clamp(seconds, 0, kLongest));
}

Error to_error(const HttpAnswer& answer, std::string where) {
  const ServiceError error = service_error(answer);
  const ErrorCode kind = code_of(answer, error.code);
  std::string what = fmt::format("the server answered {}", answer.status);
  if (!error.code.empty()) what += " " + error.code;
  if (!error.message.empty()) what += ": " + error.message;
  return {kind, std::move(what), std::move(where), mend_for(error.code, kind)};
}

}  // namespace marquee::aws
