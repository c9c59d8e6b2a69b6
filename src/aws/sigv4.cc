#include "aws/sigv4.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "core/timestamp.h"

namespace marquee::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDigestBytes = 32;

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// Without blanks at the ends, and inner runs of blanks as one.
std::string canonical_value(std::string_view value) {
  std::string text;
  for (const char c : value)
    if (c != ' ' || (!text.empty() && text.back() != ' ')) text += c;
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

struct CanonicalHeaders {
  std::string lines;
  std::string names;
};

CanonicalHeaders canonical_headers(Pairs headers) {
  std::ranges::sort(headers);
  CanonicalHeaders canonical;
  for (const auto& [name, value] : headers) {
    canonical.lines += fmt::format("{}:{}\n", name, canonical_value(value));
    canonical.names += (canonical.names.empty() ? "" : ";") + name;
  }
  return canonical;
}

std::string signing_key(const Credentials& credentials, const SigningScope& scope,
                        std::string_view date) {
  const std::string of_date = hmac("AWS4" + credentials.secret_access_key.reveal(), date);
  return hmac(hmac(hmac(of_date, scope.region), scope.service), "aws4_request");
}

}  // namespace

std::string authorization(const RequestToSign& request, const Credentials& credentials,
                          const SigningScope& scope, TimeMicros time) {
  const CanonicalHeaders headers = canonical_headers(request.headers);
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, request.query,
                  headers.lines, headers.names, request.payload_hash);
  const std::string stamp = signing_time(time);
  const std::string date = stamp.substr(0, stamp.find('T'));
  const std::string place = fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, stamp, place, sha256_hex(canonical));
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                     credentials.access_key_id, place, headers.names,
                     hex(hmac(signing_key(credentials, scope, date), text)));
}

std::string signing_time(TimeMicros time) {
  std::string text =
      format_timestamp(time - ((time % kMicrosPerSecond) + kMicrosPerSecond) % kMicrosPerSecond);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::string uri_encoded(std::string_view text, Slash slash) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (kPlain.contains(c) || (c == '/' && slash == Slash::kKeep))
      encoded += c;
    else
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::string canonical_query(const Pairs& query) {
  Pairs encoded;
  for (const auto& [name, value] : query)
    encoded.emplace_back(uri_encoded(name, Slash::kEncode), uri_encoded(value, Slash::kEncode));
  std::ranges::sort(encoded);
  std::string text;
  for (const auto& [name, value] : encoded)
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, kDigestBytes> digest;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace marquee::aws
