// What people and reports want to know about a job: which words, how long, where it was asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lib/batch/plan.h"

namespace cadenza {

struct RowFacts {
  std::string prompt;     // empty for a row that could not be read
  double duration_s = 0;  // of the music; 0 for such a row
  std::string file;       // "-" is standard input
  std::uint32_t line = 0;
};

RowFacts row_facts(const Manifest& manifest, const BatchJob& job);

// Seconds of music alone, without reading the row's text again.
double music_seconds(const Manifest& manifest, const BatchJob& job);

}  // namespace cadenza
