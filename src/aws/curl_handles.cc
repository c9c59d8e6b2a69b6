#include "aws/curl_handles.h"

namespace marquee::aws {

HandlePool::HandlePool() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

Handle HandlePool::take() {
  const std::lock_guard guard(mutex_);
  if (idle_.empty()) return Handle(curl_easy_init());
  Handle handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void HandlePool::give_back(Handle handle) {
  curl_easy_reset(handle.get());  // keeps the connections
  const std::lock_guard guard(mutex_);
  idle_.push_back(std::move(handle));
}

}  // namespace marquee::aws
