// A file in memory for libsndfile to write or read.
#pragma once

#include <sndfile.h>

#include <string>

namespace cadenza {

struct MemoryFile {
  std::string bytes;
  sf_count_t position = 0;

  // What sf_open_virtual wants; its user pointer is the MemoryFile, which must stay where it is.
  static SF_VIRTUAL_IO callbacks();
};

struct CloseSndfile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

}  // namespace cadenza
