// Counts the lines of one file and keeps what was wrong with the bad ones. Internal to datasets.
#pragma once

#include <string>

#include "datasets/dataset.h"

namespace marquee {

class LineTally {
 public:
  // Adds to `dataset`'s counts and bad_lines; it must outlive the tally.
  LineTally(Dataset& dataset, std::string file) : dataset_(dataset), file_(std::move(file)) {}

  void add_good() { ++lines_; }
  void add_bad(std::int64_t line, std::string reason);

  // Adds the counts to the data set. kUnfit, with the first bad lines, when more than `max_share`
  // were bad.
  Status close(double max_share);

 private:
  Dataset& dataset_;
  std::string file_;
  std::int64_t lines_ = 0;
  std::int64_t bad_lines_ = 0;
  std::vector<BadLine> first_;
};

}  // namespace marquee
