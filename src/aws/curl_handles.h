// libcurl's easy handles, kept with their open connections between requests. Internal to aws/.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <vector>

namespace marquee::aws {

struct HandleCloser {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, HandleCloser>;

// Thread-safe.
class HandlePool {
 public:
  HandlePool();

  // One that nobody else uses, all options at their defaults. nullptr: no memory.
  Handle take();
  void give_back(Handle handle);

 private:
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

}  // namespace marquee::aws
