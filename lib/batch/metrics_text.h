// The figures of a batch in Prometheus' text exposition format 0.0.4, as node_exporter's textfile
// collector reads it. No timestamps: the collector refuses them.
#pragma once

#include <chrono>
#include <string>

#include "lib/batch/tally.h"

namespace cadenza {

struct MetricsFacts {
  std::string version, model;
  std::chrono::system_clock::time_point started, updated;
};

std::string metrics_text(const MetricsFacts& facts, const BatchFigures& figures);

}  // namespace cadenza
