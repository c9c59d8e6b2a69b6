// SIGINT and SIGTERM as a request to stop.
#pragma once

#include <semaphore.h>

#include <csignal>
#include <stop_token>
#include <thread>

namespace marquee::cli {

// While it lives the first SIGINT or SIGTERM requests a stop: what runs is finished, then the program ends. A second
// one ends the program at once. A handler and not a mask: libraries start threads before main, which a mask would not
// reach. For one at a time.
class SignalStop {
 public:
  SignalStop() {
    ::sem_init(&arrived_, 0, 0);
    struct sigaction action {};
    action.sa_handler = [](int) { ::sem_post(&arrived_); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    waiter_ = std::jthread([this] {
      while (::sem_wait(&arrived_) != 0) continue;  // interrupted by another signal
      source_.request_stop();
    });
  }
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  ~SignalStop() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    ::sem_post(&arrived_);
  }

  std::stop_token token() const { return source_.get_token(); }

 private:
  static inline sem_t arrived_;
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace marquee::cli
