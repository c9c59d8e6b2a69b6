// The HTTP transport. Its .cc is the only file that knows the HTTP library (RESTinio on Asio).
#pragma once

#include <chrono>
#include <memory>

#include "core/error.h"
#include "serving/api.h"
#include "serving/listening_socket.h"

namespace marquee::serving {

struct HttpOptions {
  int threads = 0;                      // that answer; 0: one for every core
  std::size_t max_body_bytes = 65'536;  // kept of a body; what comes past it is read and dropped
};

// Answers on its own threads, each with an event loop of its own over the same listening socket.
// Bounds what a client may do: a message must be complete within 10 s, an answer taken within 10 s,
// a header has at most 100 fields of 16 KiB, a target 8 KiB, and there are never more connections
// than file descriptors.
class HttpServer {
 public:
  // Answers until stopped. `api` must outlive it.
  static Result<std::unique_ptr<HttpServer>> start(ListeningSocket socket, Api& api,
                                                   const HttpOptions& options);
  // Stops at once, if stop() was not called.
  ~HttpServer();

  // Takes the connections that the kernel holds for it, then no more (after a second at the latest),
  // tells clients to close theirs, and returns when every request was answered and no client is
  // about to send one, or when `patience` has passed; false: some requests were cut off.
  bool stop(std::chrono::milliseconds patience);

 private:
  struct Loop;
  HttpServer(ListeningSocket socket, Api& api, const HttpOptions& options);
  void begin_to_drain();
  void cut_off();
  bool taking() const;
  std::uint64_t answered() const;
  int in_flight() const;
  int connections() const;

  std::unique_ptr<ListeningSocket> socket_;
  std::vector<std::shared_ptr<Loop>> loops_;
};

}  // namespace marquee::serving
