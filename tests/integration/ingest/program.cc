#include "tests/integration/ingest/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace marquee {
namespace {

void send_output_to(const std::filesystem::path& file, int descriptor) {
  if (file.empty()) return;
  const int opened = ::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (opened < 0 || ::dup2(opened, descriptor) < 0) ::_exit(126);
}

}  // namespace

pid_t start(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  std::vector<std::string> words{MARQUEE_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> settings;
  for (const auto& [name, value] : surroundings.environment) settings.push_back(name + "=" + value);
  std::vector<char*> argv, environment;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  for (std::string& text : settings) environment.push_back(text.data());
  environment.push_back(nullptr);

  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  send_output_to(surroundings.out, STDOUT_FILENO);
  send_output_to(surroundings.error, STDERR_FILENO);
  ::execve(MARQUEE_BINARY, argv.data(), environment.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace marquee
