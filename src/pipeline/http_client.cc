#include "pipeline/http_client.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

namespace marquee {
namespace {

constexpr std::size_t kMaxBody = 1 << 20;
constexpr long kConnectSeconds = 3;

struct Easy {
  struct Closer {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  std::unique_ptr<CURL, Closer> handle;
};

struct Headers {
  struct Closer {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Closer> list;
};

std::size_t keep_body(char* bytes, std::size_t, std::size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + count > kMaxBody) return 0;
  text.append(bytes, count);
  return count;
}

CURL* new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return curl_easy_init();
}

void set_common(CURL* handle, const std::string& url, std::chrono::milliseconds timeout,
                HttpAnswer& answer) {
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
}

Result<HttpAnswer> finish(CURL* handle, const std::string& url, HttpAnswer& answer) {
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
    return fail(ErrorCode::kUnavailable, "no server answers", url,
                "start one: marquee serve (or check server.host and server.port)");
  if (code != CURLE_OK)
    return fail(ErrorCode::kIo, std::string("the request failed: ") + curl_easy_strerror(code), url,
                "see the server's log, then try again");
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
  return std::move(answer);
}

std::string reachable_host(const std::string& host) {
  if (host.empty() || host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::string server_url(const ServerOptions& server) {
  return fmt::format("http://{}:{}", reachable_host(server.host), server.port);
}

Result<HttpAnswer> http_post(const std::string& url, const std::string& json,
                             std::chrono::milliseconds timeout) {
  const Easy easy{decltype(Easy::handle)(new_handle())};
  if (!easy.handle) return fail(ErrorCode::kInternal, "libcurl cannot start", url);
  const Headers headers{
      decltype(Headers::list)(curl_slist_append(nullptr, "Content-Type: application/json"))};
  HttpAnswer answer;
  set_common(easy.handle.get(), url, timeout, answer);
  curl_easy_setopt(easy.handle.get(), CURLOPT_HTTPHEADER, headers.list.get());
  curl_easy_setopt(easy.handle.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
  curl_easy_setopt(easy.handle.get(), CURLOPT_POSTFIELDS, json.c_str());
  return finish(easy.handle.get(), url, answer);
}

Result<HttpAnswer> http_get(const std::string& url, std::chrono::milliseconds timeout) {
  const Easy easy{decltype(Easy::handle)(new_handle())};
  if (!easy.handle) return fail(ErrorCode::kInternal, "libcurl cannot start", url);
  HttpAnswer answer;
  set_common(easy.handle.get(), url, timeout, answer);
  return finish(easy.handle.get(), url, answer);
}

}  // namespace marquee
