#include "tests/integration/pipeline/marquee_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/durable_file.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> with_present_environment(std::vector<std::string> added) {
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("MARQUEE_")) added.emplace_back(*entry);
  return added;
}

// In memory where possible: what is tested are the calls, not the disk below them.
fs::path fast_folder() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
}

}  // namespace

MarqueeProcess::MarqueeProcess(const std::vector<std::string>& arguments, fs::path output,
                               const std::vector<std::string>& environment)
    : output_(std::move(output)) {
  std::vector<std::string> all = {MARQUEE_BINARY};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const std::vector<std::string> settings = with_present_environment(environment);
  const auto argv = pointers(all);
  const auto envp = pointers(settings);
  pid_ = ::fork();
  if (pid_ != 0) return;
  const int file = ::open(output_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::execve(MARQUEE_BINARY, argv.data(), envp.data());
  ::_exit(127);
}

MarqueeProcess::~MarqueeProcess() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, &status_, 0);
}

Finished MarqueeProcess::wait() {
  if (pid_ >= 0) ::waitpid(std::exchange(pid_, -1), &status_, 0);
  return {WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_),
          read_file(output_).value_or("")};
}

bool MarqueeProcess::ended_within(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (pid_ >= 0 && std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return pid_ < 0;
}

void MarqueeProcess::send(int signal) const {
  if (pid_ >= 0) ::kill(pid_, signal);
}

MarqueeFixture::MarqueeFixture() {
  std::string pattern = (fast_folder() / "pipeline_test.XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
}

MarqueeFixture::~MarqueeFixture() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::vector<std::string> MarqueeFixture::on(const fs::path& data_dir,
                                            std::vector<std::string> command) const {
  for (const std::string argument :
       {"--data-dir", data_dir.c_str(), "--set", "server.port=1", "--set",
        "evaluation.bootstrap_samples=20", "--set", "model.threads=1", "--set",
        "model.learn_budget=0"})  // what fails here is not the learning, which takes seconds
    command.push_back(argument);
  return command;
}

Finished MarqueeFixture::run(const fs::path& data_dir, std::vector<std::string> command,
                             const std::vector<std::string>& environment) const {
  return MarqueeProcess(on(data_dir, std::move(command)), folder_ / "output", environment).wait();
}

fs::path MarqueeFixture::new_data_dir(const std::string& name) {
  const fs::path files = folder_ / "files", data_dir = folder_ / name;
  const auto made = run(data_dir, {"generate", "--users", "150", "--items", "80", "--ratings",
                                   "3000", "--seed", "3", "--out", files.string()});
  EXPECT_EQ(made.exit_code, 0) << made.output;
  const auto imported = run(data_dir, {"import", "--ratings", (files / "ratings.csv").string(),
                                       "--movies", (files / "movies.csv").string()});
  EXPECT_EQ(imported.exit_code, 0) << imported.output;
  return data_dir;
}

fs::path MarqueeFixture::copy_of(const fs::path& data_dir, const std::string& name) const {
  fs::remove_all(folder_ / name);
  fs::copy(data_dir, folder_ / name, fs::copy_options::recursive);
  return folder_ / name;
}

std::string MarqueeFixture::bytes_of(const fs::path& path) {
  return read_file(path).value_or("");
}

fs::path MarqueeFixture::production(const fs::path& data_dir) {
  return data_dir / "models" / "saved_models" / "production_model.safetensors";
}

fs::path MarqueeFixture::model(const fs::path& data_dir, const std::string& run_id) {
  return data_dir / "models" / "saved_models" / ("hybrid_model_" + run_id + ".safetensors");
}

}  // namespace marquee
