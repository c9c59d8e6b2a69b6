#include "aws/signed_http.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "aws/curl_handles.h"

namespace marquee::aws {
namespace {

constexpr long kStallBytesPerSecond = 16 * 1024;

struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListCloser>;

struct Url {
  std::string base;  // "http://127.0.0.1:7070"
  std::string host;  // as in the Host header
  bool loopback = false;
};

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

Result<Url> parse_url(const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  const bool parsed = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME);
  const std::string path = url_part(url.get(), CURLUPART_PATH);
  const bool plain =
      parsed && (scheme == "http" || scheme == "https") && (path.empty() || path == "/") &&
      url_part(url.get(), CURLUPART_QUERY).empty() && url_part(url.get(), CURLUPART_USER).empty();
  if (!plain)
    return fail(ErrorCode::kUsage, "not the URL of an endpoint", text,
                "give scheme, host and port only, such as http://127.0.0.1:7070");
  const std::string host = url_part(url.get(), CURLUPART_HOST);
  const std::string port = url_part(url.get(), CURLUPART_PORT);
  const bool usual = port.empty() || port == (scheme == "http" ? "80" : "443");
  const std::string authority = usual ? host : host + ":" + port;
  return Url{scheme + "://" + authority, authority, is_loopback(host)};
}

// An answer while it comes in.
struct Incoming {
  HttpAnswer answer;
  bool head_is_whole = false;

  // libcurl takes the end of the connection for the end of a head, and of a body of unknown length.
  bool is_whole(bool has_body) const {
    const bool has_end =
        answer.headers.contains("content-length") || answer.headers.contains("transfer-encoding");
    return head_is_whole && (has_end || !has_body);
  }
};

std::size_t keep_body(char* bytes, std::size_t, std::size_t count, void* incoming) {
  static_cast<Incoming*>(incoming)->answer.body.append(bytes, count);
  return count;
}

std::size_t keep_header(char* bytes, std::size_t, std::size_t count, void* out) {
  Incoming& incoming = *static_cast<Incoming*>(out);
  std::string_view line(bytes, count);
  if (line.starts_with("HTTP/")) incoming = {};  // an interim answer came before
  incoming.head_is_whole = line == "\r\n";
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  line.remove_prefix(colon + 1);
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())))
    line.remove_prefix(1);
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())))
    line.remove_suffix(1);
  incoming.answer.headers[name] = line;
  return count;
}

void set_limits(CURL* handle, const HttpLimits& limits, std::chrono::milliseconds whole) {
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                   static_cast<long>((whole.count() > 0 ? whole : limits.whole).count()));
}

void set_body(CURL* handle, const HttpRequest& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method != "GET" || !request.body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void append(HeaderList& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

// What curl would add by itself is switched off: it is not signed, and no endpoint needs it.
HeaderList header_list(const Pairs& headers, const std::string& authorization) {
  HeaderList list;
  for (const auto& [name, value] : headers) append(list, fmt::format("{}: {}", name, value));
  append(list, "authorization: " + authorization);
  append(list, "accept:");
  append(list, "expect:");
  if (std::ranges::none_of(headers, [](const auto& pair) { return pair.first == "content-type"; }))
    append(list, "content-type:");
  return list;
}

std::unexpected<Error> failure(CURLcode code, const char* detail, std::string where) {
  const std::string reason = *detail != '\0' ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fail(ErrorCode::kUsage, "the server's certificate is not trusted: " + reason, where,
                  "check the endpoint, or install its certificate authority");
    case CURLE_OUT_OF_MEMORY:
      return fail(ErrorCode::kInternal, reason, where, "free memory");
    default:
      return fail(ErrorCode::kUnavailable, "no answer: " + reason, where,
                  "check that the endpoint is right and its server runs, then try again");
  }
}

}  // namespace

std::string HttpAnswer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

struct SignedHttp::State {
  Url url;
  SigningScope scope;
  Credentials credentials;
  HttpLimits limits;
  Clock* clock;
  HandlePool handles;

  Pairs headers_to_sign(const HttpRequest& request, const std::string& payload_hash,
                        TimeMicros time) const {
    Pairs headers = request.headers;
    headers.emplace_back("host", url.host);
    headers.emplace_back("x-amz-date", signing_time(time));
    headers.emplace_back("x-amz-content-sha256", payload_hash);
    if (!credentials.session_token.empty())
      headers.emplace_back("x-amz-security-token", credentials.session_token.reveal());
    return headers;
  }

  HeaderList sign(const HttpRequest& request, const std::string& path,
                  const std::string& query) const {
    const TimeMicros time = clock->now();
    RequestToSign to_sign{request.method, path, query, {}, sha256_hex(request.body)};
    to_sign.headers = headers_to_sign(request, to_sign.payload_hash, time);
    return header_list(to_sign.headers, authorization(to_sign, credentials, scope, time));
  }
};

Result<SignedHttp> SignedHttp::make(const Endpoint& endpoint, Credentials credentials,
                                    const HttpLimits& limits, Clock& clock) {
  MARQUEE_ASSIGN(Url url, parse_url(endpoint.url));
  return SignedHttp(std::unique_ptr<State>(
      new State{std::move(url), endpoint.scope, std::move(credentials), limits, &clock, {}}));
}

SignedHttp::SignedHttp(std::unique_ptr<State> state) : state_(std::move(state)) {}
SignedHttp::SignedHttp(SignedHttp&&) noexcept = default;
SignedHttp::~SignedHttp() = default;

const std::string& SignedHttp::url() const {
  return state_->url.base;
}

Result<HttpAnswer> SignedHttp::send(const HttpRequest& request) const {
  const std::string path = uri_encoded(request.path, Slash::kKeep);
  const std::string query = canonical_query(request.query);
  const std::string url = state_->url.base + path + (query.empty() ? "" : "?" + query);
  const HeaderList headers = state_->sign(request, path, query);

  Handle handle = state_->handles.take();
  if (!handle) return fail(ErrorCode::kInternal, "libcurl cannot start", state_->url.base);
  Incoming incoming;
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PATH_AS_IS, 1L);  // what is signed is what is sent
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  if (state_->url.loopback) curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &incoming);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERFUNCTION, &keep_header);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &incoming);
  set_limits(handle.get(), state_->limits, request.time_limit);
  set_body(handle.get(), request);

  const CURLcode code = curl_easy_perform(handle.get());
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &incoming.answer.status);
  state_->handles.give_back(std::move(handle));
  const std::string where = fmt::format("{} {}{}", request.method, state_->url.base, path);
  if (code != CURLE_OK) return failure(code, detail.data(), where);
  if (!incoming.is_whole(!incoming.answer.body.empty()))
    return failure(CURLE_PARTIAL_FILE, "it was cut off", where);
  return std::move(incoming.answer);
}

}  // namespace marquee::aws
