#include "aws/service.h"

#include <fmt/format.h>

namespace marquee::aws {
namespace {

using std::chrono::milliseconds;

// What came of one try.
struct Try {
  Result<HttpAnswer> result;
  Verdict verdict = Verdict::kTransient;

  bool is_final() const {
    if (!result) return result.error().code != ErrorCode::kUnavailable;
    return verdict == Verdict::kSuccess || verdict == Verdict::kRefused;
  }
  milliseconds asked_pause() const { return result ? retry_after(*result) : milliseconds(0); }
  Error error(const std::string& where) const {
    return result ? to_error(*result, where) : result.error();
  }
};

}  // namespace

Result<Service> Service::make(const ServiceOptions& options, Credentials credentials,
                              Clock& clock) {
  MARQUEE_ASSIGN(SignedHttp http,
                 SignedHttp::make(options.endpoint, std::move(credentials), options.limits, clock));
  return Service(std::move(http), options.retries, clock);
}

Service::Service(SignedHttp http, const RetryOptions& retries, Clock& clock)
    : http_(std::move(http)),
      retries_(retries),
      clock_(&clock),
      counters_(std::make_unique<Counters>()) {}

Result<Outcome> Service::send(const HttpRequest& request, const RetryOptions& retries) const {
  const TimeMicros deadline = clock_->now() + std::chrono::microseconds(retries.budget).count();
  Backoff backoff(retries.backoff);
  bool throttled = false;
  for (int tries = 1;; ++tries) {
    ++counters_->requests;
    Try attempt{http_.send(request)};
    if (attempt.result) attempt.verdict = verdict_on(*attempt.result);
    if (attempt.is_final()) {
      MARQUEE_ASSIGN(HttpAnswer answer, std::move(attempt.result));
      return Outcome{std::move(answer), tries, throttled};
    }
    if (attempt.verdict == Verdict::kThrottled) {
      throttled = true;
      ++counters_->throttled;
    }
    const std::chrono::microseconds pause = backoff.next(attempt.asked_pause());
    if (tries >= retries.tries || clock_->now() + pause.count() > deadline) {
      ++counters_->given_up;
      Error error = attempt.error(fmt::format("{} {}{}", request.method, url(), request.path));
      error.what += fmt::format(" ({} tries)", tries);
      return std::unexpected(std::move(error));
    }
    clock_->sleep_until(clock_->now() + pause.count(), {});
    ++counters_->retries;
  }
}

ServiceCounts Service::counts() const {
  return {counters_->requests, counters_->retries, counters_->throttled, counters_->given_up};
}

}  // namespace marquee::aws
