#include "serving/listening_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace marquee::serving {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<Addresses> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is no address of this machine: {}", host, gai_strerror(error)),
                "server.host", "use 127.0.0.1, or 0.0.0.0 for every interface");
  return Addresses(found, freeaddrinfo);
}

std::unexpected<Error> bind_error(int error, const std::string& host, std::uint16_t port) {
  const std::string where = fmt::format("{}:{}", host, port);
  if (error == EADDRINUSE)
    return fail(
        ErrorCode::kUnavailable, fmt::format("port {} is taken by another program", port), where,
        fmt::format("stop that program ('ss -ltnp sport = :{}' names it), or choose another "
                    "port with --port; 0 takes a free one",
                    port));
  if (error == EACCES)
    return fail(ErrorCode::kUnavailable, fmt::format("this user may not listen on port {}", port),
                where, "choose a port above 1023 with --port");
  return fail(ErrorCode::kUsage, fmt::format("cannot listen: {}", std::strerror(error)), where,
              "set server.host to an address of this machine, such as 127.0.0.1");
}

std::uint16_t bound_port(int descriptor) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(const std::string& host, std::uint16_t port) {
  MARQUEE_ASSIGN(const Addresses addresses, resolve(host, port));
  const int descriptor =
      ::socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return bind_error(errno, host, port);
  ListeningSocket socket(descriptor, host);
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(descriptor, addresses->ai_addr, addresses->ai_addrlen) != 0 ||
      ::listen(descriptor, SOMAXCONN) != 0)
    return bind_error(errno, host, port);
  socket.port_ = bound_port(descriptor);
  return socket;
}

ListeningSocket::~ListeningSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool ListeningSocket::is_v6() const {
  int domain = 0;
  socklen_t length = sizeof domain;
  getsockopt(descriptor_, SOL_SOCKET, SO_DOMAIN, &domain, &length);
  return domain == AF_INET6;
}

std::string ListeningSocket::url() const {
  const bool bare_v6 = host_.find(':') != host_.npos;
  return bare_v6 ? fmt::format("http://[{}]:{}", host_, port_)
                 : fmt::format("http://{}:{}", host_, port_);
}

}  // namespace marquee::serving
