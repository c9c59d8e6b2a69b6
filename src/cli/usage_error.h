// Why a command line was not understood, in the words of every other error.
#pragma once

#include <CLI/CLI.hpp>

#include "core/error.h"

namespace marquee::cli {

// A kUsage error for what `app` refused with `refusal`. An unknown command or option is named with
// the nearest one there is, whatever else is missing.
Error usage_error(const CLI::App& app, const CLI::ParseError& refusal);

}  // namespace marquee::cli
