// An Api over a fixed model and stand-ins for every other room.
#pragma once

#include <future>
#include <string>

#include "serving/api.h"
#include "tests/unit/serving/fixed_model.h"
#include "tests/unit/serving/test_parts.h"

namespace marquee::serving {

struct ApiFixture {
  explicit ApiFixture(ModelSources sources = {})
      : reloader(slot, metrics, std::move(sources), clock) {}

  // The answer, however it comes.
  Response ask(const Request& request) {
    if (auto response = api.answer_now(request)) return std::move(*response);
    std::promise<Response> promise;
    api.answer_later(request, [&](Response response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }
  Response get(std::string_view target) {
    return ask({.target = target, .content_type = {}, .body = {}});
  }
  Response post(std::string_view target, std::string_view body) {
    return ask({.method = Method::kPost, .target = target, .content_type = {}, .body = body});
  }

  FixedClock clock;
  ModelSlot slot;
  Metrics metrics;
  FakeSink sink;
  Reloader reloader;
  EventIntake intake{sink};
  Api api{
      slot, reloader, intake, {.profile = fake_profile}, metrics, clock, {.max_body_bytes = 256, .events = {}}};
};

}  // namespace marquee::serving
