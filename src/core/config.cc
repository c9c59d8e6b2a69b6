#include "core/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "core/config_keys.h"
#include "core/durable_file.h"
#include "core/nearest_name.h"

namespace marquee {
namespace {

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  const Config config;
  visit_settings(config,
                 [&](std::string_view key, const auto&, auto&&...) { keys.emplace_back(key); });
  return keys;
}

std::unexpected<Error> bad_value(std::string_view key, const std::string& value,
                                 const std::string& wanted, const std::string& source) {
  return fail(ErrorCode::kUsage, fmt::format("{} cannot be '{}'", key, value), source,
              fmt::format("give {}", wanted));
}

std::string describe(const Range& range, std::string_view kind) {
  return fmt::format("{} from {:.12g} to {:.12g}", kind, range.low, range.high);
}

template <typename Number>
bool parse_number(const std::string& text, Number& out) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc() && stop == end;
}

// Assigns one text to the setting with the wanted key.
class Assignment {
 public:
  Assignment(std::string_view key, const std::string& value, const std::string& source)
      : key_(key), value_(value), source_(source) {}

  void operator()(std::string_view key, std::string& field, const Choices& choices) {
    if (!wanted(key)) return;
    if (!choices.empty() && std::ranges::find(choices, value_) == choices.end())
      status_ = bad_value(key, value_, fmt::format("one of {}", fmt::join(choices, ", ")), source_);
    else
      field = value_;
  }
  void operator()(std::string_view key, std::int64_t& field, const Range& range) {
    number(key, field, range, "a whole number");
  }
  void operator()(std::string_view key, double& field, const Range& range) {
    number(key, field, range, "a number");
  }
  void operator()(std::string_view key, bool& field) {
    if (!wanted(key)) return;
    if (value_ == "true" || value_ == "false")
      field = value_ == "true";
    else
      status_ = bad_value(key, value_, "true or false", source_);
  }

  bool found() const { return found_; }
  Status status() const { return status_; }

 private:
  bool wanted(std::string_view key) { return key == key_ && (found_ = true); }

  template <typename Number>
  void number(std::string_view key, Number& field, const Range& range, std::string_view kind) {
    if (!wanted(key)) return;
    Number parsed{};
    const bool ok = parse_number(value_, parsed);
    const auto as_double = static_cast<double>(parsed);
    if (!ok || !std::isfinite(as_double) || as_double < range.low || as_double > range.high)
      status_ = bad_value(key, value_, describe(range, kind), source_);
    else
      field = parsed;
  }

  std::string_view key_;
  const std::string& value_;
  const std::string& source_;
  bool found_ = false;
  Status status_;
};

Status assign(Config& config, std::string_view key, const std::string& value,
              const std::string& source) {
  Assignment assignment(key, value, source);
  visit_settings(config, assignment);
  if (assignment.found()) return assignment.status();
  return fail(ErrorCode::kUsage, fmt::format("unknown setting '{}'", key), source,
              fmt::format("did you mean '{}'?", nearest_name(key, all_keys())));
}

Status assign_yaml(Config& config, const YAML::Node& node, const std::string& prefix,
                   const std::string& file) {
  for (const auto& entry : node) {
    const std::string where = fmt::format("{}:{}", file, entry.first.Mark().line + 1);
    if (!entry.first.IsScalar())
      return fail(ErrorCode::kUsage, "a setting's name must be a word", where);
    const std::string key = prefix + entry.first.as<std::string>();
    if (entry.second.IsMap()) {
      MARQUEE_TRY(assign_yaml(config, entry.second, key + ".", file));
    } else if (entry.second.IsScalar() || entry.second.IsNull()) {
      const std::string value = entry.second.IsNull() ? "" : entry.second.as<std::string>();
      MARQUEE_TRY(assign(config, key, value, where));
    } else {
      return fail(ErrorCode::kUsage, fmt::format("{} must be a single value, not a list", key),
                  where);
    }
  }
  return {};
}

Status assign_file(Config& config, const std::filesystem::path& path) {
  auto text = read_file(path);
  if (!text) {
    text.error().code = ErrorCode::kUsage;
    text.error().what = "cannot read the configuration: " + text.error().what;
    return std::unexpected(std::move(text.error()));
  }
  try {
    const YAML::Node root = YAML::Load(*text);
    if (root.IsNull()) return {};
    if (!root.IsMap())
      return fail(ErrorCode::kUsage, "the configuration must be a map of sections", path.string(),
                  "start from config/config.yaml");
    return assign_yaml(config, root, "", path.string());
  } catch (const YAML::Exception& e) {
    return fail(ErrorCode::kUsage, fmt::format("the configuration is not valid YAML: {}", e.msg),
                fmt::format("{}:{}", path.string(), e.mark.line + 1));
  }
}

// MARQUEE_KAFKA_BROKERS for kafka.brokers: upper case, every dot an underscore.
std::string environment_name(std::string_view key) {
  std::string name = "MARQUEE_";
  for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

std::string nearest_variable(std::string_view wrong) {
  auto names = all_keys();
  std::ranges::transform(names, names.begin(), environment_name);
  return std::string(nearest_name(wrong, names));
}

// These stand for --config and --data-dir, which are no settings.
bool is_of_program(std::string_view variable) {
  return variable == "MARQUEE_CONFIG" || variable == "MARQUEE_DATA_DIR";
}

Status assign_environment(Config& config, const std::map<std::string, std::string>& environment) {
  std::map<std::string, std::string> key_of;
  for (const auto& key : all_keys()) key_of[environment_name(key)] = key;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("MARQUEE_") || is_of_program(name)) continue;
    const auto found = key_of.find(name);
    if (found == key_of.end()) {
      return fail(ErrorCode::kUsage, fmt::format("unknown setting '{}'", name), "environment",
                  fmt::format("did you mean '{}'?", nearest_variable(name)));
    }
    MARQUEE_TRY(assign(config, found->second, value, "environment variable " + name));
  }
  return {};
}

Status check_weights(const ModelOptions& model) {
  for (const double weight : {model.cf_weight, model.user_user_share, model.latent_share,
                              model.content_weight, model.popularity_weight})
    if (weight < 0 && weight != -1)
      return fail(ErrorCode::kUsage, fmt::format("a weight of the model cannot be {}", weight),
                  "config", "give a number from 0 to 1, or -1 for: learned");
  return {};
}

Status check_together(const Config& config) {
  MARQUEE_TRY(check_weights(config.model));
  const auto& events = config.events;
  if (events.min_rating >= events.max_rating)
    return fail(ErrorCode::kUsage, "events.min_rating must be below events.max_rating", "config");
  if (config.model.cf_weight == 0 && config.model.content_weight == 0)
    return fail(ErrorCode::kUsage, "model.cf_weight and model.content_weight cannot both be 0",
                "config", "give at least one part a weight");
  if (config.server.fold_in && config.storage.mode != "embedded")
    return fail(ErrorCode::kUsage, "server.fold_in needs storage.mode embedded", "config",
                "in the lake no rating can be looked up by user: train and reload instead");
  if (config.model.liked_strength <= 0 && config.model.other_strength <= 0)
    return fail(ErrorCode::kUsage,
                "model.liked_strength and model.other_strength cannot both be 0 or less", "config",
                "set model.liked_strength above 0");
  return {};
}

}  // namespace

bool decides_the_model(std::string_view key) {
  if (key == "model.threads" || key == "model.keep_pair_sums") return false;
  return key.starts_with("model.") || key.starts_with("ranking.");
}

Result<Config> load_config(const ConfigSources& sources) {
  Config config;
  if (!sources.file.empty()) MARQUEE_TRY(assign_file(config, sources.file));
  MARQUEE_TRY(assign_environment(config, sources.environment));
  for (const std::string& text : sources.assignments) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::kUsage, fmt::format("'{}' is not key=value", text), "--set",
                  "write it like --set server.port=9000");
    MARQUEE_TRY(assign(config, text.substr(0, equals), text.substr(equals + 1), "--set " + text));
  }
  MARQUEE_TRY(check_together(config));
  return config;
}

std::map<std::string, std::string> marquee_environment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (text.starts_with("MARQUEE_") && equals != std::string_view::npos)
      found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> config_entries(const Config& config) {
  std::vector<std::pair<std::string, std::string>> entries;
  visit_settings(config, [&](std::string_view key, const auto& field, auto&&...) {
    entries.emplace_back(key, fmt::format("{}", field));
  });
  return entries;
}

std::string model_entries_json(const Config& config) {
  nlohmann::json json = nlohmann::json::object();
  visit_settings(config, [&](std::string_view key, const auto& field, auto&&...) {
    if (decides_the_model(key)) json[std::string(key)] = field;
  });
  return json.dump();
}

Result<Config> with_model_entries(Config base, std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object())
    return fail(ErrorCode::kCorrupt, "the model's configuration is not a JSON object",
                "model header");
  for (const auto& [key, value] : json.items()) {
    if (!decides_the_model(key)) continue;
    const std::string as_text = value.is_string() ? value.get<std::string>() : value.dump();
    MARQUEE_TRY(assign(base, key, as_text, "model header"));
  }
  return base;
}

}  // namespace marquee
