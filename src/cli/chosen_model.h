// The model a command is to use.
#pragma once

#include <string>

#include "cli/command.h"
#include "model/model_file.h"

namespace marquee::cli {

// By path or by a name in the registry of the data dir; the production model when `name` is empty.
Result<LoadedModel> load_chosen_model(Context& context, const std::string& name);

}  // namespace marquee::cli
