// The body of POST /reload.
#pragma once

#include <string_view>

#include "serving/problem.h"
#include "serving/reloader.h"

namespace marquee::serving {

struct ReloadRequest {
  ReloadSource source = ReloadSource::kProduction;
  bool wait = true;  // answer when it ended; else at once, with 202 and where to ask
};

// An empty body asks for the defaults. Refuses anything but an object of {"source": "production" |
// "data"} and
// {"wait": true | false}, and unknown fields.
Answer<ReloadRequest> parse_reload_request(std::string_view body);

}  // namespace marquee::serving
