// Runs the real program as a child process.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace marquee {

// What a child is given beside its arguments.
struct Surroundings {
  std::map<std::string, std::string> environment;  // added to this process's
  std::filesystem::path out, error;                // files for its output; empty: as this process's
};

// Starts `marquee` with these arguments and gives its process id.
pid_t start(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

// The exit code, or minus the signal that ended it.
int wait_for(pid_t pid);

}  // namespace marquee
