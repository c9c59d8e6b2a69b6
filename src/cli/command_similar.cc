#include <fmt/format.h>

#include "cli/chosen_model.h"
#include "cli/command.h"
#include "cli/id_check.h"
#include "cli/recommendation_text.h"
#include "core/text_table.h"
#include "model/item_filter.h"

namespace marquee::cli {
namespace {

struct SimilarOptions {
  MovieId movie = 0;
  std::string model;
  int top_n = 20;
};

Status run(Context& context, const SimilarOptions& options) {
  MARQUEE_ASSIGN(const LoadedModel model, load_chosen_model(context, options.model));
  const Recommender recommender(model.data);
  if (!recommender.knows_movie(options.movie))
    return fail(ErrorCode::kNotFound, fmt::format("the model knows no movie {}", options.movie),
                model.version, "give the id of a movie that was in the catalogue at training");
  MARQUEE_ASSIGN(const ListRules rules, read_rules(context.config.rules));
  const ItemFilter allowed = recommender.filter(rules);
  const auto list = recommender.similar(options.movie, options.top_n, &allowed);
  nlohmann::json record = movie_json(recommender, options.movie);
  record["model"] = model.version;
  record["items"] = similar_json(recommender, list);
  context.print(record,
                fmt::format("Most similar to {}:\n{}", printable(recommender.title(options.movie)),
                            similar_text(recommender, list)));
  return {};
}

}  // namespace

void add_similar(CLI::App& app) {
  const auto options = std::make_shared<SimilarOptions>();
  CLI::App* command = add_command(app, "similar", "Shows the movies most similar to one",
                                  "marquee similar 50 --top-n 10",
                                  [options](Context& context) { return run(context, *options); });
  command->add_option("movie", options->movie, "Id of the movie")
      ->type_name("MOVIE")
      ->required()
      ->check(id_check());
  command->add_option("--model", options->model, "Model file, or a name in the registry")
      ->type_name("FILE");
  command->add_option("--top-n", options->top_n, "Length of the list")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
}

}  // namespace marquee::cli
