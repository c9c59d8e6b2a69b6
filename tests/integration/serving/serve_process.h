// The real binary: `marquee serve` as a process of its own on a free port of the loopback
// interface, and other subcommands run to their end.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tests/unit/serving/raw_client.h"

namespace marquee::serving {

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Finished {
  int exit_code = -1;
  std::string output;  // standard output and standard error
};
Finished run_marquee(const std::vector<std::string>& arguments);

// Trains on synthetic ratings that depend on `seed`, and gives the model's file in `folder`.
std::filesystem::path train_model(const std::filesystem::path& folder, int seed);

std::filesystem::path production_path(const std::filesystem::path& data_dir);
// Puts a copy of `model` into production, durably and in one step.
void put_into_production(const std::filesystem::path& model, const std::filesystem::path& data_dir);

struct HttpAnswer {
  int status = 0;  // 0: none came
  std::string head, body;
};
HttpAnswer parse_answer(const std::string& bytes);
std::string get_bytes(std::string_view path);
std::string post_bytes(std::string_view path, std::string_view body);

// Killed when destroyed, if it still runs.
class ServeProcess {
 public:
  // Returns once it told its address. `more`: further arguments. `open_files`: how many it may
  // have; 0: as many as the test.
  explicit ServeProcess(const std::filesystem::path& data_dir,
                        const std::vector<std::string>& more = {}, int open_files = 0);
  ServeProcess(const ServeProcess&) = delete;
  ~ServeProcess();

  std::uint16_t port() const { return port_; }
  const std::string& first_line() const { return first_line_; }  // JSON
  RawClient connect() const { return RawClient(port_); }
  HttpAnswer get(std::string_view path) const;
  HttpAnswer post(std::string_view path, std::string_view body = "") const;

  void signal(int number) const;
  // Waits for its end: the exit code, or minus the number of the signal that ended it.
  int wait();
  int stop();  // SIGTERM and wait()

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  std::string first_line_;
};

}  // namespace marquee::serving
