#include "tests/integration/services/kafka_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>

namespace marquee {
namespace {

namespace fs = std::filesystem;

void services(const std::string& action, const fs::path& folder, const std::string& options) {
  const std::string command =
      fmt::format("bash '{}/scripts/services.sh' {} kafka --dir '{}' {} >/dev/null",
                  MARQUEE_SOURCE_DIR, action, folder.string(), options);
  if (std::system(command.c_str()) != 0) ADD_FAILURE() << "failed: " << command;
}

fs::path temporary_folder() {
  std::string pattern = (fs::temp_directory_path() / "kafka_server.XXXXXX").string();
  return ::mkdtemp(pattern.data()) == nullptr ? fs::path() : fs::path(pattern);
}

// Of the lines NAME=VALUE that tell how to reach the services.
std::string value_of(const fs::path& file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  ADD_FAILURE() << name << " is not in " << file;
  return "";
}

}  // namespace

KafkaServer& KafkaServer::shared() {
  const char* folder = std::getenv("TEST_SERVICES");
  static KafkaServer server = folder == nullptr ? KafkaServer() : KafkaServer(fs::path(folder));
  return server;
}

KafkaServer::KafkaServer() : folder_(temporary_folder()), temporary_(true) {
  start();
}

KafkaServer::KafkaServer(fs::path folder) : folder_(std::move(folder)) {
  start();
}

KafkaServer::~KafkaServer() {
  if (!temporary_) return;
  stop();
  fs::remove_all(folder_);
}

void KafkaServer::start() {
  services("start", folder_, temporary_ ? fmt::format("--owner {}", ::getpid()) : "");
  brokers_ = value_of(folder_ / "services.env", "KAFKA_BROKERS");
}

void KafkaServer::stop() {
  services("stop", folder_, "--kill");
}

std::string fresh_name(const std::string& stem) {
  std::random_device random;
  return fmt::format("{}-{:08x}{:08x}", stem, random(), random());
}

}  // namespace marquee
