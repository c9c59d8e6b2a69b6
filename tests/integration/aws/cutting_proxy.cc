#include "tests/integration/aws/cutting_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

namespace marquee {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

// Moves what is there from one to the other, at most `limit` bytes; 0: the end, or an error.
std::int64_t move_bytes(int from, int to, std::int64_t limit) {
  char buffer[65536];
  const auto room = std::min<std::int64_t>(sizeof buffer, limit);
  const ssize_t count = ::read(from, buffer, static_cast<std::size_t>(room));
  for (ssize_t sent = 0; sent < count;) {
    const ssize_t more =
        ::send(to, buffer + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
    if (more <= 0) return 0;
    sent += more;
  }
  return std::max<ssize_t>(count, 0);
}

}  // namespace

CuttingProxy::CuttingProxy(int port) : target_(port), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(socket_, 64);
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_connections(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  ::shutdown(socket_, SHUT_RDWR);
  acceptor_.join();
  threads_.clear();
  ::close(socket_);
}

void CuttingProxy::cut_next(int connections, std::int64_t after_bytes) {
  after_bytes_ = after_bytes;
  to_cut_ = connections;
}

void CuttingProxy::accept_connections() {
  for (int client; (client = ::accept(socket_, nullptr, nullptr)) >= 0;)
    threads_.emplace_back([this, client] { pass_on(client); });
}

void CuttingProxy::pass_on(int client) {
  constexpr int kLookUpMilliseconds = 50;
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(target_);
  const bool cut = to_cut_.fetch_sub(1) > 0;
  std::int64_t left = cut ? after_bytes_.load() : std::numeric_limits<std::int64_t>::max();
  bool open = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  while (open && left > 0 && !stopping_) {
    pollfd ends[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    ::poll(ends, 2, kLookUpMilliseconds);
    for (const int k : {0, 1}) {
      if (ends[k].revents == 0 || !open || left <= 0) continue;
      const std::int64_t moved = move_bytes(ends[k].fd, ends[1 - k].fd, left);
      open = moved > 0;
      left -= moved;
    }
  }
  if (cut && left <= 0) ++cuts_;
  ::close(client);
  ::close(server);
}

}  // namespace marquee
