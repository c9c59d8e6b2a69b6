#include "tests/integration/aws/servers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

namespace marquee {
namespace {

namespace fs = std::filesystem;

// Lines NAME=VALUE that the command prints; ends the process when it fails.
std::map<std::string, std::string> values_of(const std::string& command) {
  FILE* output = ::popen(command.c_str(), "r");
  std::map<std::string, std::string> values;
  char line[4096];
  while (output != nullptr && std::fgets(line, sizeof line, output) != nullptr) {
    std::string text(line);
    if (text.ends_with('\n')) text.pop_back();
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) values[text.substr(0, equals)] = text.substr(equals + 1);
  }
  if (output == nullptr || ::pclose(output) != 0) {
    std::cerr << "cannot start the server of this test: " << command << '\n';
    std::exit(1);
  }
  return values;
}

// One server with a folder of its own.
class Server {
 public:
  explicit Server(const std::string& name) {
    std::string pattern = (fs::temp_directory_path() / "marquee-services.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    values_ = values_of(fmt::format("{} start {} --memory --dir {} --owner {}", kScript, name,
                                    folder_.string(), ::getpid()));
  }
  Server(const Server&) = delete;
  ~Server() {
    if (std::system(fmt::format("{} stop --kill --dir {} 2>/dev/null", kScript, folder_.string())
                        .c_str()) == 0)
      fs::remove_all(folder_);
  }
  std::string value(const std::string& name) const { return values_.at(name); }

 private:
  static constexpr const char* kScript = MARQUEE_SOURCE_DIR "/scripts/services.sh";
  fs::path folder_;
  std::map<std::string, std::string> values_;
};

}  // namespace

const S3Server& s3_server() {
  static const Server server("s3");
  static const S3Server described{
      server.value("S3_ENDPOINT"), "marquee",
      aws::Credentials{server.value("S3_ACCESS_KEY"), aws::Secret(server.value("S3_SECRET_KEY")),
                       aws::Secret()}};
  return described;
}

const std::string& dynamodb_url() {
  static const Server server("dynamodb");
  static const std::string url = server.value("DYNAMODB_ENDPOINT");
  return url;
}

}  // namespace marquee
