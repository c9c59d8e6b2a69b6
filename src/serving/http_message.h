// serving/ answers HTTP from a model in memory and swaps that model while it serves. It is given a
// slot that holds the model, ways to load or train the next one, an event sink and a store to look
// users up in; it hands on answers. Read api.h next (what is answered), then reloader.h (how a
// model is swapped) and http_server.h (the only file that knows the HTTP library).
//
// This header: a request and an answer, free of any HTTP library.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace marquee::serving {

enum class Method { kGet, kHead, kPost, kOther };

// Views into the transport's memory: valid until the request is answered.
struct Request {
  Method method = Method::kGet;
  std::string_view target = "/";  // as on the request line, percent-encoded, query included
  std::string_view content_type;  // empty: none was sent
  std::string_view body;
};

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
inline constexpr std::string_view kProblemType = "application/problem+json";

struct Response {
  int status = 200;
  std::string_view content_type = kJsonType;  // static storage
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> headers;  // names in static storage
  bool close_connection = false;  // the rest of what the client sends is of no use
};

// Takes the answer to one request; called exactly once, from any thread.
using Respond = std::function<void(Response)>;

}  // namespace marquee::serving
