// The signature that AWS asks of a request: Signature Version 4, in the Authorization header.
// Method: AWS documentation, "AWS Signature Version 4 for API requests".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials.h"
#include "core/rating.h"

namespace marquee::aws {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Where and for what a signature is good.
struct SigningScope {
  std::string region;
  std::string service;  // "s3", "dynamodb"
};

struct RequestToSign {
  std::string method;
  std::string path;   // as it goes over the wire: starts with '/', percent-encoded
  std::string query;  // as canonical_query gives it and as it goes over the wire
  Pairs headers;      // all are signed; names in lower case, each once; "host" and "x-amz-date" in
  std::string payload_hash;  // sha256_hex of the body
};

// The Authorization header. `time` must be that of the x-amz-date header. Pure.
std::string authorization(const RequestToSign& request, const Credentials& credentials,
                          const SigningScope& scope, TimeMicros time);

// "20150830T123600Z", for x-amz-date.
std::string signing_time(TimeMicros time);

// Percent-encodes all but A-Z a-z 0-9 - . _ ~ and, in a path, the '/'.
enum class Slash { kKeep, kEncode };
std::string uri_encoded(std::string_view text, Slash slash);

// Encoded and sorted: "a=1&b=2". The pairs come as plain text.
std::string canonical_query(const Pairs& query);

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace marquee::aws
