#include "tests/integration/services/kafka_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
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

// Of the loopback interface.
std::uint16_t free_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(socket);
  return ntohs(address.sin_port);
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

KafkaServer KafkaServer::not_started() {
  return KafkaServer(free_port());
}

// services.sh starts a server on the port that its folder records.
KafkaServer::KafkaServer(std::uint16_t port)
    : folder_(temporary_folder()), temporary_(true), brokers_(fmt::format("127.0.0.1:{}", port)) {
  fs::create_directories(folder_ / "kafka");
  std::ofstream(folder_ / "kafka" / "port") << port;
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

// The file holds "BOOT PID TICKS", see scripts/process_group.sh.
void KafkaServer::freeze() {
  std::ifstream in(folder_ / "kafka" / "process");
  std::string boot;
  pid_t leader = 0;
  ASSERT_TRUE(in >> boot >> leader && leader > 1);
  ASSERT_EQ(::kill(-leader, SIGSTOP), 0);
}

std::string fresh_name(const std::string& stem) {
  std::random_device random;
  return fmt::format("{}-{:08x}{:08x}", stem, random(), random());
}

}  // namespace marquee
