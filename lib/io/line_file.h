// A file that lines are added to while others read it: a log of events, a job summary.
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/io/descriptor.h"

namespace cadenza {

class LineFile {
 public:
  // Makes the file and its folders, or goes on at its end; on a line of its own, should a killed
  // process have left half of one. A pipe or a terminal is as good as a file; opening a pipe waits
  // for its reader. Throws Error(io).
  explicit LineFile(const std::filesystem::path& path);

  // Each call is one write, so that a reader sees whole lines and several processes may share the
  // file. Returns errno, 0 when all is written.
  int append(std::string_view lines);

 private:
  Descriptor file_;
};

}  // namespace cadenza
