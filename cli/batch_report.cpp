#include "cli/batch_report.h"

#include <fmt/format.h>

#include "lib/batch/result_json.h"
#include "lib/json/strict_json.h"
#include "lib/request_json.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

std::string json_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
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

void BatchConsole::added(const BatchJob&, bool is_done) {
  ++num_jobs_;
  if (is_done) ++num_done_;
}

void BatchConsole::started(const BatchJob& job, int) {
  if (progress_ != nullptr) progress_->set_prefix(fmt::format("{}: {}", standing(), job.id));
}

void BatchConsole::completed(const BatchJob& job, const std::vector<JournalFile>& files,
                             double seconds) {
  ++num_done_;
  if (row_lines_ == RowLines::paths)
    console_.print((out_dir_ / files.front().name).string() + "\n");
  if (row_lines_ == RowLines::json)
    console_.print(completed_result(job.id, out_dir_, files, seconds) + "\n");
}

void BatchConsole::retried(const BatchJob& job, const Error& error, double wait_s) {
  console_.note(fmt::format("{}: {}; trying again in {:.1f} s", job.id, error.sentence(), wait_s));
}

void BatchConsole::failed(const BatchJob& job, const Error& error, double seconds) {
  if (row_lines_ == RowLines::json) console_.print(failed_result(job.id, error, seconds) + "\n");
  // What was wrong with the manifest has been told, with its line.
  if (job.is_invalid || ++num_told_failures_ > kShownFaults) return;
  console_.report(Error(error.kind(), job.id + ": " + error.sentence(), error.hint()));
}

namespace {

// " (1 io, 2 usage)"
std::string by_kind(const std::map<std::string, std::size_t>& failures) {
  std::string text;
  for (const auto& [kind, count] : failures)
    text += fmt::format("{}{} {}", text.empty() ? " (" : ", ", count, kind);
  return text.empty() ? "" : text + ")";
}

}  // namespace

std::string shown_cost(double cost) {
  return cost < 1 ? fmt::format("{:.4f}", cost) : fmt::format("{:.2f}", cost);
}

std::string batch_summary(const BatchFigures& figures) {
  std::string text =
      fmt::format("{} of {} done", figures.num_done_before + figures.num_done, figures.num_rows);
  if (figures.num_failed > 0)
    text += fmt::format(", {} failed{}", figures.num_failed, by_kind(figures.failures));
  if (figures.num_left() > 0) text += fmt::format(", {} left", figures.num_left());
  text += fmt::format(", in {:.1f} s", figures.elapsed_s);
  if (figures.p50_s)
    text +=
        fmt::format("; seconds per track: p50 {:.1f}, p95 {:.1f}", *figures.p50_s, *figures.p95_s);
  if (const auto factor = figures.real_time_factor())
    text += fmt::format("; real-time factor {:.2f}", *factor);
  if (figures.cost) text += "; cost " + shown_cost(*figures.cost);
  return text;
}

}  // namespace cadenza
