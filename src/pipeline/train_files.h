// Training from files: no store, no run, no registry. What `marquee train --ratings … --movies …
// --model …` does.
#pragma once

#include <filesystem>
#include <string>

#include "pipeline/tasks.h"

namespace marquee {

struct FileTraining {
  std::filesystem::path ratings;
  std::filesystem::path movies;  // may be empty, as for read_dataset
  std::filesystem::path model;   // written whole, or not at all
  std::string
      run_id;  // empty: the newest rating's time, so that the same data gives the same bytes
};

// The model depends on the set of ratings and movies and the configuration, not on the order of
// lines, the files' names or the wall clock. kUnfit without ratings or with too many bad lines.
Result<TaskReport> train_from_files(const Config& config, const FileTraining& files,
                                    const Progress& progress);

}  // namespace marquee
