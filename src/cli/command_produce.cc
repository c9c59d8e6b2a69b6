#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <optional>
#include <random>

#include "cli/command.h"
#include "cli/lake_parts.h"
#include "cli/sent_events.h"
#include "cli/signal_stop.h"
#include "core/progress.h"
#include "ingest/event_maker.h"
#include "store/rating_store.h"
#include "stream/event_stream.h"

namespace marquee::cli {
namespace {

struct Arguments {
  std::optional<std::int64_t> count;
  double rate = 0;  // events a second; 0: as fast as it goes
  EventMakerOptions maker;
  std::optional<std::uint64_t> seed;
};

// Sends `count` events (without it, until a stop is requested), at `rate` a second where it is
// given.
class Producer {
 public:
  Producer(Context& context, EventMaker maker, std::unique_ptr<EventSink> sink, UserId user)
      : context_(context), maker_(std::move(maker)), sink_(std::move(sink)), user_(user) {}

  Result<SentEvents> send(std::optional<std::int64_t> count, double rate) {
    const SignalStop stop;
    ProgressBar progress(context_.quiet || !count);
    const TimeMicros start = context_.clock.now();
    SentEvents sent;
    while (!stop.token().stop_requested() && (!count || sent.events < *count)) {
      const std::int64_t left = count ? *count - sent.events : kBatch;
      if (const auto status = send_batch(rate > 0 ? 1 : std::min(left, kBatch), sent); !status)
        return std::unexpected(with_what_was_sent(status.error(), sent));
      progress.update("sending events",
                      count ? static_cast<double>(sent.events) / static_cast<double>(*count) : 0);
      if (rate > 0 && (!count || sent.events < *count))
        context_.clock.sleep_until(
            start + static_cast<TimeMicros>(static_cast<double>(sent.events) / rate * 1e6),
            stop.token());
    }
    return sent;
  }

 private:
  static constexpr std::int64_t kBatch = 1000;

  // Events sent before a failure stay sent; who sends them again should know.
  static Error with_what_was_sent(Error error, const SentEvents& sent) {
    if (sent.events > 0)
      error.what += fmt::format("; {} events, {}, were sent before", sent.events, sent.places());
    return error;
  }

  Status send_batch(std::int64_t size, SentEvents& sent) {
    std::vector<std::string> events;
    for (std::int64_t k = 0; k < size; ++k) {
      MARQUEE_ASSIGN(const RatingEvent event, maker_.next(context_.clock.now()));
      sent.own += event.user == user_ ? 1 : 0;
      events.push_back(to_json(event));
    }
    MARQUEE_ASSIGN(const auto positions, sink_->append(events));
    sent.add(positions);
    return {};
  }

  Context& context_;
  EventMaker maker_;
  std::unique_ptr<EventSink> sink_;
  UserId user_;
};

// Read only: nothing that waits is applied for the sake of test events.
Result<EventMaker> make_events_from_store(const Config& config, const EventMakerOptions& options) {
  MARQUEE_ASSIGN(auto store, RatingStore::open(config.data_dir, sqlite::Access::kReadOnly));
  MARQUEE_ASSIGN(const Snapshot snapshot, store.snapshot());
  MARQUEE_ASSIGN(const auto ratings, store.read_ratings(snapshot));
  MARQUEE_ASSIGN(const auto movies, store.read_movies(snapshot));
  return EventMaker::create(ratings, movies, options);
}

Result<EventMaker> make_events(const Config& config, const EventMakerOptions& options) {
  if (config.storage.mode == "embedded") return make_events_from_store(config, options);
  MARQUEE_ASSIGN(const KnownRatings known, read_known_ratings(config));
  return EventMaker::create(known.ratings, known.movies, options);
}

Status produce(Context& context, const Arguments& arguments) {
  EventMakerOptions options = arguments.maker;
  options.seed = arguments.seed.value_or(std::random_device{}());
  MARQUEE_ASSIGN(auto maker, make_events(context.config, options));
  MARQUEE_ASSIGN(auto sink, open_sink(context.config, context.clock));
  Producer producer(context, std::move(maker), std::move(sink), options.user);
  MARQUEE_ASSIGN(const SentEvents sent, producer.send(arguments.count, arguments.rate));
  nlohmann::json report = sent.to_json();
  report["events_of_user"] = sent.own;
  report["user"] = options.user;
  report["topic"] = context.config.kafka.topic;
  context.print(
      report, sent.events == 0
                  ? "no events sent\n"
                  : fmt::format("{} events sent to {}, {}; {} of them by user {}\n", sent.events,
                                context.config.kafka.topic, sent.places(), sent.own, options.user));
  return {};
}

// An event typed in as JSON or as three numbers; judged before it is sent.
Status produce_typed(Context& context) {
  std::cout << "user, movie and rating (1 318 4.5), or the event as JSON: " << std::flush;
  std::string line;
  if (!std::getline(std::cin, line)) return {};
  RatingEvent typed;
  char rest = 0;
  if (std::sscanf(line.c_str(), "%ld %ld %lf %c", &typed.user, &typed.movie, &typed.rating,
                  &rest) == 3) {
    typed.timestamp = context.clock.now();
    line = to_json(typed);
  }
  const auto event = parse_rating_event(line, context.clock.now(), context.config.events);
  if (!event)
    return fail(ErrorCode::kUsage, "the event is not valid: " + event.error().detail,
                std::string(name_of(event.error().reason)),
                R"(write it like {"user_id": 1, "movie_id": 318, "rating": 4.5})");
  MARQUEE_ASSIGN(const auto sink, open_sink(context.config, context.clock));
  MARQUEE_ASSIGN(const auto positions, sink->append(std::vector<std::string>{line}));
  context.print({{"events", 1},
                 {"topic", positions[0].topic},
                 {"partition", positions[0].partition},
                 {"offset", positions[0].offset}},
                fmt::format("sent to {}, partition {}, offset {}: {}\n", positions[0].topic,
                            positions[0].partition, positions[0].offset, line));
  return {};
}

Result<double> ask_rate() {
  std::cout << "events a second [10]: " << std::flush;
  std::string line;
  if (!std::getline(std::cin, line) || line.empty()) return 10;
  double rate = 0;
  char rest = 0;
  if (std::sscanf(line.c_str(), "%lf %c", &rate, &rest) == 1 && rate > 0 && rate <= 1e6)
    return rate;
  return fail(ErrorCode::kUsage, "'" + line + "' is not a rate", "the menu",
              "type a number above 0, like 10");
}

Status choose_from_menu(Context& context, Arguments arguments) {
  std::cout << "What to send?\n"
               "  1  100 events\n"
               "  2  events without end, at a rate (stop with Ctrl-C)\n"
               "  3  one event that you type in\n"
               "choice: "
            << std::flush;
  std::string choice;
  std::getline(std::cin, choice);
  if (choice == "1") {
    arguments.count = 100;
    return produce(context, arguments);
  }
  if (choice == "2") {
    MARQUEE_ASSIGN(arguments.rate, ask_rate());
    return produce(context, arguments);
  }
  if (choice == "3") return produce_typed(context);
  return fail(ErrorCode::kUsage, "'" + choice + "' is not one of the choices", "the menu",
              "type 1, 2 or 3");
}

Status run(Context& context, const Arguments& arguments) {
  if (arguments.count) return produce(context, arguments);
  if (arguments.rate > 0) return produce(context, arguments);
  if (::isatty(STDIN_FILENO) != 0) return choose_from_menu(context, arguments);
  return fail(ErrorCode::kUsage, "how many events?", "produce",
              "say --count N, or run it in a terminal for a menu");
}

}  // namespace

void add_produce(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      add_command(app, "produce", "Send rating events to the stream; without options, from a menu",
                  "marquee produce --count 100 --user 1",
                  [arguments](Context& context) { return run(context, *arguments); });
  command->add_option("--count", arguments->count, "How many events")
      ->check(CLI::Range(1L, 1'000'000'000L));
  command->add_option("--rate", arguments->rate, "Events a second; without --count, until Ctrl-C")
      ->check(CLI::Range(0.001, 1e6));
  command->add_option("--user", arguments->maker.user, "Who gets at least 20 of 100 events")
      ->check(CLI::Range(1L, INT64_MAX))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "The same seed draws the same events");
}

}  // namespace marquee::cli
