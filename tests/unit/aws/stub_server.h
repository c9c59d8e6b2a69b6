// An HTTP server on a loopback port of its own that answers as the test says: with any status, too
// late, or with half of the body.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace marquee {

struct StubRequest {
  std::string method;
  std::string target;                          // path and query as sent
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct StubAnswer {
  int status = 200;
  std::string headers{};  // whole lines, each ended by \r\n
  std::string body{};
  std::size_t cut_after = std::string::npos;  // bytes of the body, then the connection is closed
  std::string instead{};                      // sent as it is, then the connection is closed
  bool silent = false;                        // nothing is sent; the connection stays open
};

// Answers each request with the next of these, the last one for ever.
std::function<StubAnswer(const StubRequest&)> script(std::vector<StubAnswer> answers);

// Requests come in at once on as many connections as there are; `answer` must be thread-safe.
class StubServer {
 public:
  explicit StubServer(std::function<StubAnswer(const StubRequest&)> answer);
  StubServer(const StubServer&) = delete;
  ~StubServer();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<StubRequest> requests() const;
  int connections() const { return connections_; }

 private:
  void accept_connections();
  void serve(int connection);

  std::function<StubAnswer(const StubRequest&)> answer_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<StubRequest> requests_;
  std::vector<int> open_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

}  // namespace marquee
