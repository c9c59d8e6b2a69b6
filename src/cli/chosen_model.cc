#include "cli/chosen_model.h"

#include "registry/model_registry.h"

namespace marquee::cli {

Result<LoadedModel> load_chosen_model(Context& context, const std::string& name) {
  const ModelRegistry registry(context.config.data_dir, context.clock);
  MARQUEE_ASSIGN(const auto path, registry.resolve(name.empty() ? "production" : name));
  return load_model(path);
}

}  // namespace marquee::cli
