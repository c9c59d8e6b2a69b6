#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/chosen_model.h"
#include "cli/command.h"
#include "cli/id_check.h"
#include "cli/recommendation_text.h"
#include "core/durable_file.h"
#include "core/progress.h"
#include "model/item_filter.h"

namespace marquee::cli {
namespace {

struct RecommendOptions {
  std::optional<UserId> user;
  bool all = false;
  std::string model;
  std::optional<int> top_n;
  std::string out;
  bool explain = false;
  std::string seen = "exclude";
  std::string exclude, genres, exclude_genres;
  int min_year = 0;
};

Status check(const RecommendOptions& options) {
  const std::string mend = "marquee recommend USER, or marquee recommend --all --out FILE";
  if (options.all == options.user.has_value())
    return fail(ErrorCode::kUsage, "name one user, or all", "recommend", mend);
  if (options.all == options.out.empty())
    return fail(ErrorCode::kUsage, "--all and --out FILE go together", "recommend", mend);
  return {};
}

int list_length(const Context& context, const RecommendOptions& options) {
  return options.top_n.value_or(static_cast<int>(context.config.model.top_n));
}

// The rules of the configuration and, within them, those of the command line, for one model.
class Rules {
 public:
  static Result<std::unique_ptr<Rules>> read(const Context& context,
                                             const RecommendOptions& options,
                                             const Recommender& recommender) {
    MARQUEE_ASSIGN(const ListRules configured, read_rules(context.config.rules));
    ListRules asked{.exclude = {},
                    .genres = parse_genre_names(options.genres),
                    .exclude_genres = parse_genre_names(options.exclude_genres),
                    .min_year = options.min_year};
    auto ids = parse_movie_ids(options.exclude);
    if (!ids) return fail(ErrorCode::kUsage, ids.error().what, "--exclude", ids.error().mend);
    asked.exclude = std::move(*ids);
    MARQUEE_TRY(recommender.check_genres(asked));
    return std::unique_ptr<Rules>(new Rules(recommender, configured, asked));
  }

  const ItemFilter& filter() const { return asked_; }

 private:
  Rules(const Recommender& recommender, const ListRules& configured, const ListRules& asked)
      : configured_(recommender.filter(configured)),
        asked_(recommender.filter(asked, &configured_)) {}
  ItemFilter configured_;
  ItemFilter asked_;  // within configured_
};

ListRequest request_of(const Context& context, const RecommendOptions& options,
                       const Rules& rules) {
  return {list_length(context, options), options.seen == "include", &rules.filter()};
}

// One line: user, comma, movies best first.
std::string line_of(const Recommender& recommender, UserId user, const ListRequest& request) {
  std::vector<MovieId> movies;
  for (const Recommendation& entry : recommender.recommend(user, request))
    movies.push_back(entry.movie);
  return fmt::format("{},{}\n", user, fmt::join(movies, " "));
}

Status write_lists(const Recommender& recommender, const ListRequest& request,
                   const std::string& out, ProgressBar& progress) {
  constexpr std::size_t kBuffer = 1 << 20;
  MARQUEE_ASSIGN(auto file, DurableFile::create(out));
  const auto users = recommender.data().user_ids.span();
  std::string lines;
  for (std::size_t u = 0; u < users.size(); ++u) {
    lines += line_of(recommender, users[u], request);
    if (lines.size() < kBuffer) continue;
    MARQUEE_TRY(file.append(std::as_bytes(std::span(lines))));
    lines.clear();
    progress.update("recommending", static_cast<double>(u) / static_cast<double>(users.size()));
  }
  MARQUEE_TRY(file.append(std::as_bytes(std::span(lines))));
  return file.commit();
}

Status recommend_to_all(Context& context, const RecommendOptions& options,
                        const LoadedModel& model) {
  const Recommender recommender(model.data);
  ProgressBar progress(context.quiet);
  MARQUEE_ASSIGN(const auto rules, Rules::read(context, options, recommender));
  MARQUEE_TRY(
      write_lists(recommender, request_of(context, options, *rules), options.out, progress));
  const std::size_t users = model.data->user_count();
  context.print({{"model", model.version}, {"users", users}, {"out", options.out}},
                fmt::format("Wrote the lists of {} users to {}.", users, options.out));
  return {};
}

Status recommend_to_one(Context& context, const RecommendOptions& options, UserId user,
                        const LoadedModel& model) {
  const Recommender recommender(model.data);
  MARQUEE_ASSIGN(const auto rules, Rules::read(context, options, recommender));
  const auto list = recommender.recommend(user, request_of(context, options, *rules));
  context.print({{"user_id", user},
                 {"model", model.version},
                 {"known", recommender.knows_user(user)},
                 {"items", recommendations_json(recommender, user, list, options.explain)}},
                recommendations_text(recommender, user, list, options.explain));
  return {};
}

Status run(Context& context, const RecommendOptions& options) {
  MARQUEE_TRY(check(options));
  MARQUEE_ASSIGN(const LoadedModel model, load_chosen_model(context, options.model));
  return options.user ? recommend_to_one(context, options, *options.user, model)
                      : recommend_to_all(context, options, model);
}

}  // namespace

void add_recommend(CLI::App& app) {
  const auto options = std::make_shared<RecommendOptions>();
  CLI::App* command =
      add_command(app, "recommend", "Shows what a user is recommended, or writes everybody's list",
                  "marquee recommend 1 --explain\n"
                  "  marquee recommend --all --top-n 20 --out lists.csv",
                  [options](Context& context) { return run(context, *options); });
  command->add_option("user", options->user, "Id of the user")
      ->type_name("USER")
      ->check(id_check());
  command->add_flag("--all", options->all, "Every user of the model, as lines USER,MOVIE MOVIE …");
  command->add_option("--model", options->model, "Model file, or a name in the registry")
      ->type_name("FILE");
  command->add_option("--top-n", options->top_n, "Length of a list")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  command->add_option("--out", options->out, "File to write with --all")->type_name("FILE");
  command
      ->add_option("--seen", options->seen,
                   "Whether movies that the user has rated may be in the list: include or exclude")
      ->check(CLI::IsMember({"include", "exclude"}));
  command->add_option("--exclude", options->exclude, "Movies that may not be, comma-separated")
      ->type_name("IDS");
  command->add_option("--genres", options->genres, "Only movies of these genres, comma-separated")
      ->type_name("NAMES");
  command->add_option("--exclude-genres", options->exclude_genres, "No movies of these genres")
      ->type_name("NAMES");
  command->add_option("--min-year", options->min_year, "Only movies of this year or later")
      ->type_name("YEAR")
      ->check(CLI::Range(1, 9999));
  command->add_flag("--explain", options->explain, "Say why each movie is there");
}

}  // namespace marquee::cli
