#include "aws/credentials.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/durable_file.h"
#include "core/trimmed.h"

namespace marquee::aws {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKeyId = "AWS_ACCESS_KEY_ID";
constexpr const char* kSecretKey = "AWS_SECRET_ACCESS_KEY";
constexpr const char* kToken = "AWS_SESSION_TOKEN";
constexpr const char* kProfile = "AWS_PROFILE";
constexpr const char* kFile = "AWS_SHARED_CREDENTIALS_FILE";
constexpr const char* kHome = "HOME";
constexpr const char* kMend =
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them into a profile of the shared "
    "credentials file";

std::string value_of(const Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

// The settings of one [profile]; nullopt: the text has no such profile.
std::optional<std::map<std::string, std::string, std::less<>>> profile_settings(
    std::string_view text, std::string_view profile) {
  std::optional<std::map<std::string, std::string, std::less<>>> settings;
  bool inside = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('[') && line.ends_with(']')) {
      inside = trimmed(line.substr(1, line.size() - 2)) == profile;
      if (inside && !settings) settings.emplace();
    } else if (const std::size_t equals = line.find('=');
               inside && !line.starts_with('#') && equals != std::string_view::npos) {
      settings->emplace(trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
    }
  }
  return settings;
}

fs::path credentials_file(const Environment& environment) {
  if (const std::string named = value_of(environment, kFile); !named.empty()) return named;
  const std::string home = value_of(environment, kHome);
  return home.empty() ? fs::path() : fs::path(home) / ".aws" / "credentials";
}

Result<Credentials> from_file(const fs::path& file, const std::string& profile) {
  const auto text = read_file(file);
  if (!text)
    return fail(ErrorCode::kUsage, "no AWS credentials: neither in the environment nor in the file",
                file.string(), kMend);
  const auto settings = profile_settings(*text, profile);
  const std::string where = fmt::format("{}, profile {}", file.string(), profile);
  if (!settings)
    return fail(ErrorCode::kUsage, "the credentials file has no such profile", where, kMend);
  const auto value = [&](std::string_view name) {
    const auto found = settings->find(name);
    return found == settings->end() ? std::string() : found->second;
  };
  Credentials found{value("aws_access_key_id"), Secret(value("aws_secret_access_key")),
                    Secret(value("aws_session_token"))};
  if (found.access_key_id.empty() || found.secret_access_key.empty())
    return fail(ErrorCode::kUsage, "the profile lacks aws_access_key_id or aws_secret_access_key",
                where, kMend);
  return found;
}

}  // namespace

Result<Credentials> find_credentials(const Environment& environment) {
  Credentials found{value_of(environment, kKeyId), Secret(value_of(environment, kSecretKey)),
                    Secret(value_of(environment, kToken))};
  const bool has_id = !found.access_key_id.empty();
  const bool has_secret = !found.secret_access_key.empty();
  if (has_id && has_secret) return found;
  if (has_id || has_secret)
    return fail(ErrorCode::kUsage, "only half of the AWS credentials is set",
                has_id ? kKeyId : kSecretKey,
                fmt::format("set {}, too", has_id ? kSecretKey : kKeyId));
  const fs::path file = credentials_file(environment);
  if (file.empty())
    return fail(ErrorCode::kUsage, "no AWS credentials in the environment, and HOME is not set", {},
                kMend);
  const std::string profile = value_of(environment, kProfile);
  return from_file(file, profile.empty() ? "default" : profile);
}

Environment aws_environment() {
  Environment environment;
  for (const char* name : {kKeyId, kSecretKey, kToken, kProfile, kFile, kHome})
    if (const char* value = std::getenv(name)) environment[name] = value;
  return environment;
}

}  // namespace marquee::aws
