// A bound TCP port, taken before anything slow is done, so that a taken port is told at once.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/error.h"

namespace marquee::serving {

// Connections that come before the server runs wait in the kernel. Move-only.
class ListeningSocket {
 public:
  // `host` is an address or a name; port 0 takes a free one. kUnavailable when the port is taken or
  // needs rights we do not have; kUsage when `host` is not an address of this machine.
  static Result<ListeningSocket> open(const std::string& host, std::uint16_t port);
  ListeningSocket(ListeningSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), port_(other.port_), host_(other.host_) {}
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int descriptor() const { return descriptor_; }
  std::uint16_t port() const { return port_; }
  bool is_v6() const;
  std::string url() const;  // "http://127.0.0.1:8082"

 private:
  ListeningSocket(int descriptor, std::string host)
      : descriptor_(descriptor), host_(std::move(host)) {}

  int descriptor_ = -1;
  std::uint16_t port_ = 0;
  std::string host_;
};

}  // namespace marquee::serving
