// Runs the program as a person would, in an environment of these variables alone.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace marquee {

struct Outcome {
  int code = -1;
  std::string out;  // standard output; standard error too with kBoth
};

enum class Streams { kOutput, kBoth };

inline Outcome run_program(const std::string& arguments, Streams streams = Streams::kBoth,
                           const std::string& variables = "") {
  const std::string command = "env -i " + variables + " " + MARQUEE_BINARY + " " + arguments +
                              (streams == Streams::kBoth ? " 2>&1" : " 2>/dev/null");
  FILE* pipe = popen(command.c_str(), "r");
  Outcome outcome;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.out.append(buffer.data(), got);
  outcome.code = WEXITSTATUS(pclose(pipe));
  return outcome;
}

inline bool has(const Outcome& outcome, std::string_view words) {
  return outcome.out.find(words) != std::string::npos;
}

}  // namespace marquee
