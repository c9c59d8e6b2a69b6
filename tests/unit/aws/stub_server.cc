#include "tests/unit/aws/stub_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace marquee {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

StubRequest parse_head(std::string_view head) {
  StubRequest request;
  const std::string_view line = head.substr(0, head.find("\r\n"));
  request.method = line.substr(0, line.find(' '));
  const std::string_view rest = line.substr(request.method.size() + 1);
  request.target = rest.substr(0, rest.find(' '));
  head.remove_prefix(line.size() + 2);
  while (!head.empty()) {
    const std::string_view header = head.substr(0, head.find("\r\n"));
    const std::size_t colon = header.find(':');
    std::string_view value = header.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    request.headers[lower(std::string(header.substr(0, colon)))] = value;
    head.remove_prefix(header.size() + 2);
  }
  return request;
}

// The next request of a connection; nullopt when it was closed.
std::optional<StubRequest> read_request(int connection, std::string& buffer) {
  const auto fill_until = [&](auto enough) {
    char bytes[65536];
    while (!enough()) {
      const ssize_t count = ::read(connection, bytes, sizeof bytes);
      if (count <= 0) return false;
      buffer.append(bytes, static_cast<std::size_t>(count));
    }
    return true;
  };
  if (!fill_until([&] { return buffer.contains("\r\n\r\n"); })) return std::nullopt;
  const std::size_t end = buffer.find("\r\n\r\n");
  StubRequest request = parse_head(std::string_view(buffer).substr(0, end + 2));
  buffer.erase(0, end + 4);
  const auto length = request.headers.find("content-length");
  const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
  if (!fill_until([&] { return buffer.size() >= size; })) return std::nullopt;
  request.body = buffer.substr(0, size);
  buffer.erase(0, size);
  return request;
}

void write_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

std::function<StubAnswer(const StubRequest&)> script(std::vector<StubAnswer> answers) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return [answers = std::move(answers), next](const StubRequest&) {
    return answers[std::min(next->fetch_add(1), answers.size() - 1)];
  };
}

StubServer::StubServer(std::function<StubAnswer(const StubRequest&)> answer)
    : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(socket_, 64);
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_connections(); });
}

StubServer::~StubServer() {
  ::shutdown(socket_, SHUT_RDWR);
  acceptor_.join();
  for (const int connection : open_) ::shutdown(connection, SHUT_RDWR);
  threads_.clear();
  for (const int connection : open_) ::close(connection);
  ::close(socket_);
}

std::vector<StubRequest> StubServer::requests() const {
  const std::lock_guard guard(mutex_);
  return requests_;
}

void StubServer::accept_connections() {
  for (int connection; (connection = ::accept(socket_, nullptr, nullptr)) >= 0;) {
    ++connections_;
    open_.push_back(connection);
    threads_.emplace_back([this, connection] { serve(connection); });
  }
}

void StubServer::serve(int connection) {
  std::string buffer;
  while (auto request = read_request(connection, buffer)) {
    {
      const std::lock_guard guard(mutex_);
      requests_.push_back(*request);
    }
    const StubAnswer answer = answer_(*request);
    if (answer.silent) continue;
    std::string bytes = fmt::format("HTTP/1.1 {} Stub\r\nContent-Length: {}\r\n{}\r\n",
                                    answer.status, answer.body.size(), answer.headers);
    if (request->method != "HEAD") bytes += answer.body.substr(0, answer.cut_after);
    write_all(connection, answer.instead.empty() ? bytes : answer.instead);
    if (answer.cut_after != std::string::npos || !answer.instead.empty()) {
      ::shutdown(connection, SHUT_RDWR);
      return;
    }
  }
}

}  // namespace marquee
