// How the lake is shown: as tables for a person and as JSON for a machine.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lake/bronze_check.h"

namespace marquee::cli {

nlohmann::json contents_json(const std::vector<BronzeContents>& contents);
std::string contents_text(const std::vector<BronzeContents>& contents);

nlohmann::json check_json(const BronzeCheck& check);
std::string check_text(const BronzeCheck& check);

}  // namespace marquee::cli
