// The subcommand `lake compact`, in a file of its own: it needs the pipeline, `lake ls` does not.
#pragma once

#include <CLI/CLI.hpp>

namespace marquee::cli {

void add_lake_compact(CLI::App& lake);

}  // namespace marquee::cli
