#include "lib/batch/result_json.h"

#include "lib/json/strict_json.h"

namespace cadenza {

namespace {

// Foreign bytes may hold anything (a path is not UTF-8 by law); a record must stay JSON.
std::string one_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json error_object(const Error& error) {
  Json object = {{"kind", std::string(error_kind_name(error.kind()))},
                 {"message", error.sentence()}};
  if (!error.hint().empty()) object["hint"] = error.hint();
  return object;
}

// Milliseconds are what a clock of this kind can promise.
double rounded(double seconds) {
  return static_cast<double>(static_cast<std::int64_t>(seconds * 1000 + 0.5)) / 1000;
}

}  // namespace

std::string completed_result(const std::string& id, const std::filesystem::path& out_dir,
                             const std::vector<JournalFile>& files, double seconds) {
  Json line = {{"id", id}, {"status", "completed"}, {"seconds", rounded(seconds)}};
  line["files"] = Json::array();
  for (const JournalFile& file : files)
    line["files"].push_back(
        {{"path", (out_dir / file.name).string()}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return one_line(line);
}

std::string failed_result(const std::string& id, const Error& error, double seconds) {
  return one_line({{"id", id},
                   {"status", "failed"},
                   {"seconds", rounded(seconds)},
                   {"error", error_object(error)}});
}

std::string error_json(const Error& error) { return one_line(error_object(error)); }

std::string run_status(const RunEnd& end, const BatchFigures& figures) {
  const bool is_stopped =
      !end.stopped_by.empty() || (end.error && (end.error->kind() == ErrorKind::interrupted ||
                                                end.error->kind() == ErrorKind::terminated));
  if (end.error && !is_stopped) return "failed";
  if (figures.num_left() > 0) return "stopped";
  return figures.num_failed > 0 ? "partial" : "completed";
}

std::string run_result(const RunEnd& end, const BatchFigures& figures) {
  Json line = {{"status", run_status(end, figures)},
               {"rows", figures.num_rows},
               {"done_before", figures.num_done_before},
               {"done", figures.num_done},
               {"failed", figures.num_failed},
               {"left", figures.num_left()},
               {"retries", figures.num_retries},
               {"seconds", rounded(figures.elapsed_s)},
               {"music_seconds", rounded(figures.music_s)}};
  if (figures.p50_s) line["p50_seconds"] = rounded(*figures.p50_s);
  if (figures.p95_s) line["p95_seconds"] = rounded(*figures.p95_s);
  if (const auto factor = figures.real_time_factor()) line["real_time_factor"] = rounded(*factor);
  if (!figures.failures.empty()) line["failures"] = figures.failures;
  if (figures.cost) line["cost"] = *figures.cost;
  if (!end.stopped_by.empty()) line["stopped_by"] = end.stopped_by;
  if (end.error) line["error"] = error_object(*end.error);
  return one_line(line);
}

std::string joined_objects(const std::string& first, const std::string& second) {
  return first.substr(0, first.size() - 1) + "," + second.substr(1);
}

}  // namespace cadenza
