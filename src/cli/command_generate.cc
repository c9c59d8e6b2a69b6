#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "core/progress.h"
#include "datasets/synthetic.h"

namespace marquee::cli {
namespace {

struct Arguments {
  SyntheticOptions data;
  std::string out;
};

Status generate(const Context& context, const Arguments& arguments) {
  ProgressBar progress(context.quiet);
  MARQUEE_TRY(write_synthetic(arguments.data, arguments.out,
                              [&](double share) { progress.update("writing ratings", share); }));
  const auto& data = arguments.data;
  context.print({{"users", data.users},
                 {"items", data.items},
                 {"ratings", data.ratings},
                 {"seed", data.seed},
                 {"ratings_file", arguments.out + "/ratings.csv"},
                 {"movies_file", arguments.out + "/movies.csv"}},
                fmt::format("{0} ratings by {1} users of {2} movies (seed {3})\n"
                            "  {4}/ratings.csv\n  {4}/movies.csv\n",
                            data.ratings, data.users, data.items, data.seed, arguments.out));
  return {};
}

}  // namespace

void add_generate(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_command(
      app, "generate", "Make synthetic ratings and movies with tastes to be found in them",
      "marquee generate --users 10000 --items 5000 --ratings 1000000 --seed 1 --out synthetic",
      [arguments](Context& context) { return generate(context, *arguments); });
  command->add_option("--users", arguments->data.users, "How many users")->capture_default_str();
  command->add_option("--items", arguments->data.items, "How many movies")->capture_default_str();
  command
      ->add_option("--ratings", arguments->data.ratings, "How many ratings, at most users × items")
      ->capture_default_str();
  command->add_option("--seed", arguments->data.seed, "The same seed gives the same bytes")
      ->capture_default_str();
  command->add_option("--out", arguments->out, "Folder for ratings.csv and movies.csv")
      ->type_name("DIR")
      ->required();
}

}  // namespace marquee::cli
