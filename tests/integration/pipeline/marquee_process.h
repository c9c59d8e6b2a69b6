// The real binary on a data dir with synthetic ratings.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace marquee {

struct Finished {
  int exit_code = -1;  // negative: the signal that ended it
  std::string output;  // standard output and standard error
};

// A process of its own; killed when destroyed, if it still runs.
class MarqueeProcess {
 public:
  // `environment`: "NAME=value", added to the present one. Output goes to a file beside `output`.
  MarqueeProcess(const std::vector<std::string>& arguments, std::filesystem::path output,
                 const std::vector<std::string>& environment = {});
  MarqueeProcess(const MarqueeProcess&) = delete;
  ~MarqueeProcess();

  Finished wait();
  // True when it ended within the time.
  bool ended_within(std::chrono::milliseconds time);
  void send(int signal) const;

 private:
  std::filesystem::path output_;
  pid_t pid_ = -1;
  int status_ = 0;
};

class MarqueeFixture : public testing::Test {
 protected:
  MarqueeFixture();
  ~MarqueeFixture() override;

  // Arguments for a command on `data_dir`: no server listens, and the bootstrap is short.
  std::vector<std::string> on(const std::filesystem::path& data_dir,
                              std::vector<std::string> command) const;
  Finished run(const std::filesystem::path& data_dir, std::vector<std::string> command,
               const std::vector<std::string>& environment = {}) const;

  // A new data dir with synthetic ratings imported, or a copy of another.
  std::filesystem::path new_data_dir(const std::string& name);
  std::filesystem::path copy_of(const std::filesystem::path& data_dir,
                                const std::string& name) const;

  static std::string bytes_of(const std::filesystem::path& path);
  static std::filesystem::path production(const std::filesystem::path& data_dir);
  static std::filesystem::path model(const std::filesystem::path& data_dir,
                                     const std::string& run_id);

  std::filesystem::path folder_;
};

}  // namespace marquee
