#include "tests/integration/serving/serve_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "core/durable_file.h"

namespace marquee::serving {
namespace {

constexpr std::chrono::seconds kStartPatience{30};

// Forks and executes the binary with standard output (and, if told, standard error) on a pipe.
std::pair<pid_t, int> spawn(std::vector<std::string> arguments, bool with_errors,
                            rlim_t open_files = 0) {
  arguments.insert(arguments.begin(), MARQUEE_BINARY);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    if (with_errors) ::dup2(ends[1], STDERR_FILENO);
    const rlimit limit{open_files, open_files};
    if (open_files > 0) ::setrlimit(RLIMIT_NOFILE, &limit);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  return {pid, ends[0]};
}

std::string read_to_end(int descriptor) {
  std::string text;
  char bytes[4096];
  for (ssize_t n = 0; (n = ::read(descriptor, bytes, sizeof bytes)) > 0;)
    text.append(bytes, static_cast<std::size_t>(n));
  return text;
}

std::string read_line(int descriptor) {
  std::string line;
  char byte = 0;
  pollfd waiting{descriptor, POLLIN, 0};
  const int patience = std::chrono::milliseconds(kStartPatience).count();
  while (::poll(&waiting, 1, patience) > 0 && ::read(descriptor, &byte, 1) == 1 && byte != '\n')
    line += byte;
  return line;
}

int wait_for(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "serving_test.XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Finished run_marquee(const std::vector<std::string>& arguments) {
  const auto [pid, descriptor] = spawn(arguments, true);
  std::string output = read_to_end(descriptor);
  ::close(descriptor);
  return {wait_for(pid), std::move(output)};
}

std::filesystem::path train_model(const std::filesystem::path& folder, int seed) {
  const auto data = folder / std::to_string(seed);
  const auto model = folder / fmt::format("model_{}.safetensors", seed);
  const Finished generated =
      run_marquee({"generate", "--users", "60", "--items", "120", "--ratings", "3000", "--seed",
                   std::to_string(seed), "--out", data.string()});
  EXPECT_EQ(generated.exit_code, 0) << generated.output;
  const Finished trained = run_marquee({"train", "--ratings", data / "ratings.csv", "--movies",
                                        data / "movies.csv", "--model", model});
  EXPECT_EQ(trained.exit_code, 0) << trained.output;
  return model;
}

std::filesystem::path production_path(const std::filesystem::path& data_dir) {
  return data_dir / "models" / "saved_models" / "production_model.safetensors";
}

void put_into_production(const std::filesystem::path& model,
                         const std::filesystem::path& data_dir) {
  const auto path = production_path(data_dir);
  std::filesystem::create_directories(path.parent_path());
  ASSERT_TRUE(write_file_durably(path, read_file(model).value()));
}

HttpAnswer parse_answer(const std::string& bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return {};
  return {std::atoi(bytes.c_str() + 9), bytes.substr(0, end), bytes.substr(end + 4)};
}

std::string get_bytes(std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: test\r\n\r\n", path);
}

std::string post_bytes(std::string_view path, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n{}", path,
                     body.size(), body);
}

ServeProcess::ServeProcess(const std::filesystem::path& data_dir,
                           const std::vector<std::string>& more, int open_files) {
  std::vector<std::string> arguments = {"serve",  "--set",      "server.port=0",
                                        "--json", "--data-dir", data_dir};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto [pid, descriptor] =
      spawn(std::move(arguments), false, static_cast<rlim_t>(open_files));
  pid_ = pid;
  first_line_ = read_line(descriptor);
  ::close(descriptor);
  const auto told = nlohmann::json::parse(first_line_, nullptr, false);
  if (!told.is_object() || !told.contains("url")) {
    ADD_FAILURE() << "serve told no address: " << first_line_;
    return;
  }
  const std::string url = told["url"];
  port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

ServeProcess::~ServeProcess() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  wait();
}

HttpAnswer ServeProcess::get(std::string_view path) const {
  return parse_answer(connect().ask(get_bytes(path)));
}

HttpAnswer ServeProcess::post(std::string_view path, std::string_view body) const {
  return parse_answer(connect().ask(post_bytes(path, body)));
}

void ServeProcess::signal(int number) const {
  ::kill(pid_, number);
}

int ServeProcess::wait() {
  return wait_for(std::exchange(pid_, -1));
}

int ServeProcess::stop() {
  signal(SIGTERM);
  return wait();
}

}  // namespace marquee::serving
