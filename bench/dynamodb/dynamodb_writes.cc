// dynamodb_writes ENDPOINT TABLE-PREFIX ROWS: running rows of users into a table of their own, as a
// consumer writes them. Prints the seconds and the seconds of processor time. Used by writes.py.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "aws/endpoints.h"
#include "bench/processor_seconds.h"
#include "dynamodb/feature_tables.h"

namespace marquee {
namespace {

// As writes.py makes them.
std::vector<RunningRow> some_rows(std::int64_t count) {
  std::vector<RunningRow> rows;
  for (std::int64_t k = 0; k < count; ++k)
    rows.push_back({10'001 + k,
                    "user-events",
                    static_cast<std::int32_t>(k % 3),
                    "0123456789abcdef",
                    1'000'000 + k,
                    {1 + k % 50, 3.5 * static_cast<double>(1 + k % 50),
                     14.25 * static_cast<double>(1 + k % 50), 1'742'000'000'000'000 + k}});
  return rows;
}

Status run(const std::string& endpoint, const std::string& prefix, std::int64_t count) {
  Config config;
  config.dynamodb.endpoint = endpoint;
  static SystemClock clock;
  MARQUEE_ASSIGN(auto credentials, aws::find_credentials(aws::aws_environment()));
  MARQUEE_ASSIGN(auto service, aws::Service::make({.endpoint = aws::dynamodb_endpoint(config)},
                                                  std::move(credentials), clock));
  const FeatureTables tables(dynamodb::Client(std::move(service), {}, clock), prefix);
  MARQUEE_TRY(tables.make_tables());
  const auto rows = some_rows(count);
  const double processor = processor_seconds();
  const auto begin = std::chrono::steady_clock::now();
  MARQUEE_TRY(tables.put_running(EntityKind::kUser, rows));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  fmt::print("{:.4f} {:.4f}\n", seconds.count(), processor_seconds() - processor);
  return {};
}

}  // namespace
}  // namespace marquee

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: dynamodb_writes ENDPOINT TABLE-PREFIX ROWS\n");
    return 2;
  }
  const auto done = marquee::run(argv[1], argv[2], std::atoll(argv[3]));
  if (done) return 0;
  fmt::print(stderr, "{}\n", done.error().message());
  return 1;
}
