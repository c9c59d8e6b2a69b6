// The check of an option that is a user's or a movie's id.
#pragma once

#include <CLI/CLI.hpp>

namespace marquee::cli {

// Digits only, from 1 to the greatest 64-bit integer. CLI11 alone would cut greater numbers down to
// that.
CLI::Validator id_check();

}  // namespace marquee::cli
