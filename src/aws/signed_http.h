// Signed requests over HTTP/1.1 to one endpoint, one try each.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/sigv4.h"
#include "core/clock.h"
#include "core/error.h"

namespace marquee::aws {

struct Endpoint {
  std::string url;  // "https://host:port"; no path
  SigningScope scope;
};

// When a try is given up.
struct HttpLimits {
  std::chrono::milliseconds connect{3000};
  std::chrono::seconds stall{15};  // less than 16 KB/s over so long, waiting included
  std::chrono::milliseconds whole{300'000};
};

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";                   // plain text; sent percent-encoded
  Pairs query{};                            // plain text
  Pairs headers{};                          // names in lower case
  std::string_view body{};                  // must live as long as the call
  std::chrono::milliseconds time_limit{0};  // for the whole try; 0: HttpLimits::whole
};

struct HttpAnswer {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const;  // "": not there
};

// Keeps connections alive and uses them again; as many as there are callers at once. Thread-safe.
class SignedHttp {
 public:
  // kUsage when the URL is none. `clock` gives the time that is signed and must outlive it.
  static Result<SignedHttp> make(const Endpoint& endpoint, Credentials credentials,
                                 const HttpLimits& limits, Clock& clock);
  SignedHttp(SignedHttp&&) noexcept;
  ~SignedHttp();

  // Every status is an answer, once it has come whole. kUnavailable: no answer, or one that was cut
  // off or took too long; whether the request was carried out is not known then. kUsage: the
  // server's certificate is not trusted. Errors and logs never show a header.
  Result<HttpAnswer> send(const HttpRequest& request) const;

  const std::string& url() const;

 private:
  struct State;
  explicit SignedHttp(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace marquee::aws
