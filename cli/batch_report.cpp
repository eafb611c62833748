#include "cli/batch_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/json/strict_json.h"
#include "lib/request_json.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

std::string json_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// The value that a share of all values does not exceed (nearest rank); `sorted` is not empty.
double percentile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5);
  return sorted[rank];
}

Json text_field(int most) { return {{"type", "string"}, {"minLength", 1}, {"maxLength", most}}; }

Json number_field(double low, double high) {
  return {{"type", "number"}, {"minimum", low}, {"maximum", high}};
}

Json integer_field(std::int64_t low, std::int64_t high) {
  return {{"type", "integer"}, {"minimum", low}, {"maximum", high}};
}

Json list_field() {
  return {{"type", {"array", "string"}}, {"items", text_field(100)}, {"maxItems", 16}};
}

Json tempo_field() {
  return {{"anyOf", {number_field(40, 240), {{"enum", {"slow", "moderate", "fast"}}}}}};
}

Json duration_field() { return {{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", 300}}; }

Json id_field() { return {{"type", "string"}, {"pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"}}; }

Json row_properties() {
  Json fields;
  fields["prompt"] = {{"type", "string"}, {"minLength", 5}, {"maxLength", 500}};
  for (const char* name : {"genre", "mood", "key", "style"}) fields[name] = text_field(100);
  for (const char* name : {"instruments", "tags"}) fields[name] = list_field();
  fields["tempo"] = tempo_field();
  for (const char* name : {"duration", "duration_seconds"}) fields[name] = duration_field();
  fields["seed"] = integer_field(0, INT64_MAX);
  fields["count"] = integer_field(1, 1000);
  fields["temperature"] = number_field(0, 5);
  fields["top_k"] = integer_field(0, INT32_MAX);
  fields["top_p"] = number_field(0, 1);
  fields["guidance"] = number_field(0, 20);
  fields["greedy"] = {{"type", "boolean"}};
  fields["template"] = {{"enum", {"audiocraft", "natural", "raw"}}};
  for (const char* name : {"id", "request_id", "owner", "userId"}) fields[name] = id_field();
  fields["priority"] = integer_field(-1000000, 1000000);
  fields["format"] = {{"enum", {"wav", "mp3", "flac", "ogg", "opus"}}};
  fields["parameters"] = {{"type", "object"},
                          {"properties",
                           {{"duration", duration_field()},
                            {"genre", text_field(100)},
                            {"tempo", tempo_field()},
                            {"model", {{"type", "string"}}}}},
                          {"additionalProperties", false}};
  return fields;
}

}  // namespace

std::string plan_line(const BatchMaker& maker, const BatchJob& job, const ModelInfo& model) {
  if (job.is_invalid) return json_line({{"id", job.id}, {"status", "invalid"}});
  const TrackOrder order = maker.order(job);
  return json_line({{"id", job.id},
                    {"status", "planned"},
                    {"seed", order.seed},
                    {"files", maker.file_names(job)},
                    {"effective", request_object(effective_request(order, model))}});
}

std::string row_schema() {
  const Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"title", "One row of a Cadenza manifest"},
                       {"type", "object"},
                       {"properties", row_properties()},
                       {"additionalProperties", false}};
  return schema.dump(2) + "\n";
}

void BatchConsole::begin(TerminalProgress& progress, std::size_t num_done, std::size_t num_jobs) {
  progress_ = &progress;
  num_done_ = num_done;
  num_jobs_ = num_jobs;
  if (num_done > 0) console_.note(fmt::format("resuming: {} of {} done", num_done, num_jobs));
}

std::string BatchConsole::standing() const {
  return fmt::format("{} of {} done", num_done_, num_jobs_);
}

void BatchConsole::started(const BatchJob& job, int) {
  if (progress_ != nullptr) progress_->set_prefix(fmt::format("{}: {}", standing(), job.id));
}

void BatchConsole::completed(const BatchJob& job, const std::vector<JournalFile>& files,
                             double seconds) {
  ++num_done_;
  seconds_.push_back(seconds);
  if (!prints_json_) {
    console_.print((out_dir_ / files.front().name).string() + "\n");
    return;
  }
  Json line = {{"id", job.id}, {"status", "completed"}, {"seconds", seconds}};
  for (const JournalFile& file : files)
    line["files"].push_back({{"path", (out_dir_ / file.name).string()},
                             {"bytes", file.bytes},
                             {"sha256", file.sha256}});
  console_.print(json_line(line));
}

void BatchConsole::retried(const BatchJob& job, const Error& error, double wait_s) {
  console_.note(fmt::format("{}: {}; trying again in {:.1f} s", job.id, error.sentence(), wait_s));
}

void BatchConsole::failed(const BatchJob& job, const Error& error, double seconds) {
  if (prints_json_)
    console_.print(json_line(
        {{"id", job.id},
         {"status", "failed"},
         {"seconds", seconds},
         {"error",
          {{"kind", std::string(error_kind_name(error.kind()))}, {"message", error.sentence()}}}}));
  // What was wrong with the manifest has been told, with its line.
  if (job.is_invalid || ++num_told_failures_ > kShownFaults) return;
  console_.report(Error(error.kind(), job.id + ": " + error.sentence(), error.hint()));
}

std::string BatchConsole::summary(const BatchSummary& summary) const {
  const double took_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  std::string text = standing();
  if (summary.num_failed > 0) text += fmt::format(", {} failed", summary.num_failed);
  if (summary.num_left() > 0) text += fmt::format(", {} left", summary.num_left());
  text += fmt::format(", in {:.1f} s", took_s);
  if (seconds_.empty()) return text;
  std::vector<double> sorted = seconds_;
  std::sort(sorted.begin(), sorted.end());
  return text + fmt::format("; seconds per track: p50 {:.1f}, p95 {:.1f}", percentile(sorted, 0.5),
                            percentile(sorted, 0.95));
}

}  // namespace cadenza
