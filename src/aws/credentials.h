// aws/ speaks to the endpoints of AWS and of servers that understand the same protocol. It is given
// credentials and a request; it hands on the answer, signed for and retried.
//
// This header: who we are to them.
#pragma once

#include <map>
#include <string>

#include "core/error.h"

namespace marquee::aws {

// A text that must not be printed: no stream operator, no formatter, no conversion.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  bool empty() const { return text_.empty(); }
  // Only for computing a signature and for the header that carries a session's token.
  const std::string& reveal() const { return text_; }

 private:
  std::string text_;
};

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;  // empty: long-term credentials
};

using Environment = std::map<std::string, std::string>;

// From AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; without them from the
// profile AWS_PROFILE (default: "default") of the file AWS_SHARED_CREDENTIALS_FILE (default:
// $HOME/.aws/credentials). kUsage when neither has them, or only half of them; the error says what
// was looked at and what to set, and never holds a value.
Result<Credentials> find_credentials(const Environment& environment);

// The variables above of this process.
Environment aws_environment();

}  // namespace marquee::aws
