#include "lib/batch/status_json.h"

#include "lib/json/strict_json.h"
#include "lib/text/utc_time.h"

namespace cadenza {

namespace {

Json running_rows(const BatchFigures& figures) {
  Json rows = Json::array();
  for (const RunningRow& row : figures.running)
    rows.push_back({{"id", row.id}, {"attempt", row.attempt}, {"since", utc_time(row.since)}});
  return rows;
}

// null while nothing has been measured.
Json eta(const StatusFacts& facts, const BatchFigures& figures) {
  if (!figures.left_s) return nullptr;
  const auto left = std::chrono::duration<double>(*figures.left_s);
  return utc_time(facts.updated +
                  std::chrono::duration_cast<std::chrono::system_clock::duration>(left));
}

}  // namespace

std::string status_json(const StatusFacts& facts, const BatchFigures& figures) {
  Json status = {{"schema_version", 1},
                 {"state", facts.state},
                 {"pid", facts.run.pid},
                 {"tool", facts.run.tool},
                 {"manifest", facts.run.manifest},
                 {"out_dir", facts.run.out_dir.string()},
                 {"started", utc_time(facts.started)},
                 {"updated", utc_time(facts.updated)},
                 {"rows", figures.num_rows},
                 {"done_before", figures.num_done_before},
                 {"done", figures.num_done},
                 {"failed", figures.num_failed},
                 {"left", figures.num_left()},
                 {"retries", figures.num_retries},
                 {"running", running_rows(figures)},
                 {"elapsed_seconds", figures.elapsed_s},
                 {"left_seconds", figures.left_s ? Json(*figures.left_s) : Json()},
                 {"eta", eta(facts, figures)}};
  if (figures.cost) status["cost"] = *figures.cost;
  return status.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cadenza
