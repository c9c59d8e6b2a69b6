// A client that sends bytes as they are and reads what comes back: for tests of what well-behaved
// clients never do.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace marquee::serving {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), connected_(other.connected_) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool connected() const { return connected_; }

  // False when the other side does not take all of it.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // One whole answer: its head and, by Content-Length, its body; less when the other side closes or
  // time runs out.
  std::string read_answer(bool has_body = true) {
    while (true) {
      const auto end = buffer_.find("\r\n\r\n");
      if (end != buffer_.npos) {
        const std::size_t size = end + 4 + (has_body ? content_length(buffer_.substr(0, end)) : 0);
        if (buffer_.size() >= size) return take(size);
      }
      if (!receive()) return take(buffer_.size());
    }
  }

  // Everything until the other side closes; nullopt-like empty when it does not within the time.
  std::string read_all() {
    while (receive()) continue;
    return take(buffer_.size());
  }

  // Whether the other side closes within the time.
  bool closed_within(std::chrono::milliseconds time) {
    timeout_ = time;
    const auto start = std::chrono::steady_clock::now();
    while (receive()) continue;
    return std::chrono::steady_clock::now() - start < time;
  }

  std::string ask(std::string_view request) {
    send(request);
    return read_answer();
  }

 private:
  static std::size_t content_length(const std::string& head) {
    constexpr std::string_view kName = "Content-Length: ";
    const auto at = head.find(kName);
    return at == head.npos ? 0 : std::strtoul(head.c_str() + at + kName.size(), nullptr, 10);
  }

  bool receive() {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(timeout_.count())) <= 0) return false;
    char bytes[65536];
    const ssize_t n = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (n <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(n));
    return true;
  }

  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  int descriptor_ = -1;
  bool connected_ = false;
  std::chrono::milliseconds timeout_{10'000};
  std::string buffer_;
};

}  // namespace marquee::serving
