#include "serving/metrics.h"

#include <prometheus/text_serializer.h>

#include <sstream>

#include "model/model_data.h"

namespace marquee::serving {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void add(std::atomic<std::uint64_t>& count, std::uint64_t value = 1) {
  count.fetch_add(value, std::memory_order_relaxed);
}

std::size_t status_index(int status) {
  const auto& all = Metrics::kStatuses;
  return std::min<std::size_t>(std::ranges::find(all, status) - all.begin(), all.size() - 1);
}

std::size_t latency_index(double seconds) {
  return std::ranges::lower_bound(Metrics::kLatencyBounds, seconds) -
         Metrics::kLatencyBounds.begin();
}

ClientMetric gauge(double value) {
  ClientMetric metric;
  metric.gauge.value = value;
  return metric;
}

ClientMetric counter(double value, std::vector<ClientMetric::Label> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = value;
  return metric;
}

MetricFamily gauge_family(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), MetricType::Gauge, {gauge(value)}};
}

std::string status_label(int status) {
  return status == 0 ? "other" : std::to_string(status);
}

void add_model_gauges(const ServedModel* model, TimeMicros now,
                      std::vector<MetricFamily>& families) {
  families.push_back(gauge_family("marquee_ready", "1 while a model is served", model ? 1 : 0));
  if (model == nullptr) return;
  const auto seconds = [&](TimeMicros since) {
    return static_cast<double>(now - since) / kMicrosPerSecond;
  };
  if (model->trained != kUnknownTime)
    families.push_back(gauge_family("marquee_model_age_seconds",
                                    "Time since the run that trained the model",
                                    seconds(model->trained)));
  families.push_back(gauge_family("marquee_model_served_seconds",
                                  "Time since the model was swapped in", seconds(model->loaded)));
  families.push_back(gauge_family("marquee_model_users", "Users the model knows",
                                  static_cast<double>(model->model.data->user_count())));
  families.push_back(gauge_family("marquee_model_movies", "Movies the model knows",
                                  static_cast<double>(model->model.data->item_count())));
}

void add_night_gauges(TimeMicros last_success, int overdue, std::vector<MetricFamily>& families) {
  if (last_success != kUnknownTime)
    families.push_back(gauge_family("marquee_last_successful_run_timestamp_seconds",
                                    "Unix time that the newest run that came to its end is of",
                                    static_cast<double>(last_success) / kMicrosPerSecond));
  if (overdue >= 0)
    families.push_back(gauge_family("marquee_nightly_run_overdue",
                                    "1 when a nightly run was due and has not come to its end",
                                    overdue));
}

}  // namespace

// One endpoint's counts over all shards.
struct Metrics::Totals {
  std::array<std::uint64_t, kStatuses.size()> by_status{};
  std::array<std::uint64_t, kLatencyBounds.size() + 1> by_latency{};
  std::uint64_t nanoseconds = 0;

  std::uint64_t count() const {
    return std::accumulate(by_latency.begin(), by_latency.end(), std::uint64_t{0});
  }

  ClientMetric histogram(std::string_view path) const {
    ClientMetric metric;
    metric.label = {{"path", std::string(path)}};
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < by_latency.size(); ++i) {
      below += by_latency[i];
      const double bound =
          i < kLatencyBounds.size() ? kLatencyBounds[i] : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({below, bound});
    }
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = static_cast<double>(nanoseconds) * 1e-9;
    return metric;
  }
};

void Metrics::count_request(Endpoint endpoint, int status, std::chrono::nanoseconds duration) {
  EndpointCounts& counts = shards_[thread_shard()].endpoints[static_cast<std::size_t>(endpoint)];
  add(counts.by_status[status_index(status)]);
  add(counts.by_latency[latency_index(std::chrono::duration<double>(duration).count())]);
  add(counts.nanoseconds, static_cast<std::uint64_t>(duration.count()));
}

void Metrics::count_reload(bool succeeded, double seconds) {
  add(reloads_[succeeded ? 1 : 0]);
  last_reload_seconds_.store(seconds, std::memory_order_relaxed);
}

void Metrics::count_event(EventOutcome outcome) {
  add(events_[static_cast<std::size_t>(outcome)]);
}

void Metrics::note_nights(const NightFigures& nights) {
  last_success_.store(nights.last_success.value_or(kUnknownTime), std::memory_order_relaxed);
  overdue_.store(nights.overdue ? 1 : 0, std::memory_order_relaxed);
}

Metrics::Totals Metrics::totals_of(Endpoint endpoint) const {
  Totals totals;
  for (const Shard& shard : shards_) {
    const EndpointCounts& counts = shard.endpoints[static_cast<std::size_t>(endpoint)];
    for (std::size_t i = 0; i < totals.by_status.size(); ++i)
      totals.by_status[i] += counts.by_status[i].load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < totals.by_latency.size(); ++i)
      totals.by_latency[i] += counts.by_latency[i].load(std::memory_order_relaxed);
    totals.nanoseconds += counts.nanoseconds.load(std::memory_order_relaxed);
  }
  return totals;
}

std::string Metrics::text(const ServedModel* model, TimeMicros now, bool stream_up) const {
  MetricFamily requests{
      "marquee_http_requests_total", "Requests answered", MetricType::Counter, {}};
  MetricFamily latency{"marquee_http_request_seconds",
                       "Time from a request's last byte to its answer",
                       MetricType::Histogram,
                       {}};
  for (int e = 0; e < kEndpointCount; ++e) {
    const Totals totals = totals_of(static_cast<Endpoint>(e));
    if (totals.count() == 0) continue;
    const auto path = pattern_of(static_cast<Endpoint>(e));
    for (std::size_t i = 0; i < kStatuses.size(); ++i)
      if (totals.by_status[i] > 0)
        requests.metric.push_back(
            counter(static_cast<double>(totals.by_status[i]),
                    {{"path", std::string(path)}, {"status", status_label(kStatuses[i])}}));
    latency.metric.push_back(totals.histogram(path));
  }
  MetricFamily reloads{"marquee_reloads_total", "Reloads that ended", MetricType::Counter, {}};
  reloads.metric = {counter(static_cast<double>(reloads_[1]), {{"result", "swapped"}}),
                    counter(static_cast<double>(reloads_[0]), {{"result", "refused"}})};
  MetricFamily events{"marquee_events_total", "Events posted", MetricType::Counter, {}};
  events.metric = {counter(static_cast<double>(events_[0]), {{"result", "accepted"}}),
                   counter(static_cast<double>(events_[1]), {{"result", "rejected"}}),
                   counter(static_cast<double>(events_[2]), {{"result", "failed"}})};
  std::vector<MetricFamily> families = {std::move(requests), std::move(latency), std::move(reloads),
                                        std::move(events)};
  families.push_back(gauge_family("marquee_last_reload_seconds", "How long the last reload took",
                                  last_reload_seconds_));
  families.push_back(gauge_family("marquee_event_stream_up",
                                  "1 while the stream takes events, as far as is known",
                                  stream_up ? 1 : 0));
  add_model_gauges(model, now, families);
  add_night_gauges(last_success_, overdue_, families);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace marquee::serving
