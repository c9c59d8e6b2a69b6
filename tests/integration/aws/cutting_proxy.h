// A TCP proxy that cuts connections in the middle, for as long as the test wants it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace marquee {

class CuttingProxy {
 public:
  // Listens on a loopback port of its own and passes bytes on to `port`, in both ways.
  explicit CuttingProxy(int port);
  CuttingProxy(const CuttingProxy&) = delete;
  ~CuttingProxy();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // Each of the next `connections` is cut once so many bytes went through it, both ways together.
  void cut_next(int connections, std::int64_t after_bytes);
  int cuts() const { return cuts_; }

 private:
  void accept_connections();
  void pass_on(int client);

  int target_ = 0;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<int> to_cut_ = 0;
  std::atomic<std::int64_t> after_bytes_ = 0;
  std::atomic<int> cuts_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace marquee
