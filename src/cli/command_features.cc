// marquee features get user|movie ID: the statistics of one entity, from SQLite or DynamoDB.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/id_check.h"
#include "core/timestamp.h"
#include "dynamodb/feature_tables.h"
#include "store/rating_store.h"

namespace marquee::cli {
namespace {

struct Asked {
  std::string kind;
  std::int64_t id = 0;
};

nlohmann::json time_or_null(TimeMicros time) {
  return time == kUnknownTime ? nlohmann::json() : nlohmann::json(format_timestamp(time));
}

nlohmann::json record_of(const UserFeatures& row) {
  return {{"user_id", row.user},
          {"avg_rating", row.avg_rating},
          {"rating_count", row.rating_count},
          {"std_dev", row.std_dev},
          {"last_update", time_or_null(row.last_update)}};
}

nlohmann::json record_of(const MovieFeatures& row) {
  return {{"movie_id", row.movie},
          {"avg_rating", row.avg_rating},
          {"rating_count", row.rating_count},
          {"popularity", row.popularity},
          {"last_update", time_or_null(row.last_update)}};
}

template <typename Features>
nlohmann::json record_of(const CurrentRow<Features>& row) {
  nlohmann::json record = record_of(row.features);
  record["exact_as_of"] = time_or_null(row.exact_as_of);
  record["events_on_top"] = row.events_on_top;
  return record;
}

// One line a field, "name: value".
std::string text_of(const nlohmann::json& record) {
  std::string text;
  for (const auto& [name, value] : record.items())
    text += fmt::format("{}: {}\n", name,
                        value.is_string() ? value.get<std::string>()
                                          : (value.is_null() ? "unknown" : value.dump()));
  return text;
}

template <typename Row>
Status print(const Context& context, const Asked& asked, const std::optional<Row>& row) {
  if (!row)
    return fail(ErrorCode::kNotFound, fmt::format("no features of {} {}", asked.kind, asked.id), {},
                "check the id; features exist once a rating has been consumed");
  const nlohmann::json record = record_of(*row);
  context.print(record, text_of(record));
  return {};
}

Status print_embedded(const Context& context, const Asked& asked) {
  MARQUEE_ASSIGN(RatingStore store,
                 RatingStore::open(context.config.data_dir, sqlite::Access::kReadOnly));
  if (asked.kind == "user") {
    MARQUEE_ASSIGN(const auto row, store.user_features(asked.id));
    return print(context, asked, row);
  }
  MARQUEE_ASSIGN(const auto row, store.movie_features(asked.id));
  return print(context, asked, row);
}

Status print_aws(const Context& context, const Asked& asked) {
  MARQUEE_ASSIGN(const auto tables, open_feature_tables(context.config));
  if (asked.kind == "user") {
    MARQUEE_ASSIGN(const auto row, tables->read_user(asked.id));
    return print(context, asked, row);
  }
  MARQUEE_ASSIGN(const auto row, tables->read_movie(asked.id));
  return print(context, asked, row);
}

}  // namespace

void add_features(CLI::App& app) {
  CLI::App* features = app.add_subcommand("features", "Statistics of users and movies");
  features->require_subcommand(1);
  features->fallthrough();
  features->footer("Example:\n  marquee features get user 123");
  const auto asked = std::make_shared<Asked>();
  CLI::App* get = add_command(*features, "get", "Prints what is known of one user or movie",
                              "marquee features get user 123", [asked](Context& context) {
                                return context.config.storage.mode == "aws"
                                           ? print_aws(context, *asked)
                                           : print_embedded(context, *asked);
                              });
  get->add_option("kind", asked->kind, "user or movie")
      ->required()
      ->check(CLI::IsMember({"user", "movie"}));
  get->add_option("id", asked->id, "Its id")->required()->check(id_check());
}

}  // namespace marquee::cli
