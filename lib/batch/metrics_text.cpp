#include "lib/batch/metrics_text.h"

#include <fmt/format.h>

namespace cadenza {

namespace {

// The text format escapes these three in label values, and nothing else.
std::string label_text(const std::string& value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text;
}

double unix_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// One family: its head, then its samples.
class Family {
 public:
  Family(std::string name, const char* type, const char* help) : name_(std::move(name)) {
    text_ = fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, type);
  }
  Family& add(double value, const std::string& labels = {}, const char* suffix = "") {
    text_ +=
        fmt::format("{}{}{} {}\n", name_, suffix, labels.empty() ? "" : "{" + labels + "}", value);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string name_, text_;
};

std::string counts(const BatchFigures& figures) {
  Family failed("cadenza_rows_failed_total", "counter", "Rows that failed in this run, by kind.");
  for (const auto& [kind, count] : figures.failures)
    failed.add(static_cast<double>(count), "kind=\"" + label_text(kind) + "\"");
  const auto number = [](std::size_t count) { return static_cast<double>(count); };
  return Family("cadenza_rows", "gauge", "Rows of this shard.")
             .add(number(figures.num_rows))
             .text() +
         Family("cadenza_rows_done_before", "gauge", "Rows that earlier runs had made.")
             .add(number(figures.num_done_before))
             .text() +
         Family("cadenza_rows_completed_total", "counter", "Rows completed in this run.")
             .add(number(figures.num_done))
             .text() +
         failed.text() +
         Family("cadenza_row_retries_total", "counter", "Rows put back for another try.")
             .add(number(figures.num_retries))
             .text() +
         Family("cadenza_rows_running", "gauge", "Rows being made.")
             .add(number(figures.running.size()))
             .text() +
         Family("cadenza_rows_left", "gauge", "Rows neither done nor failed.")
             .add(number(figures.num_left()))
             .text();
}

std::string speeds(const BatchFigures& figures) {
  Family rows("cadenza_row_seconds", "summary", "Seconds from a row's start to its record.");
  if (figures.p50_s) rows.add(*figures.p50_s, "quantile=\"0.5\"");
  if (figures.p95_s) rows.add(*figures.p95_s, "quantile=\"0.95\"");
  rows.add(figures.row_s, "", "_sum").add(static_cast<double>(figures.num_done), "", "_count");
  std::string text = rows.text();
  text += Family("cadenza_music_seconds_total", "counter", "Seconds of music made in this run.")
              .add(figures.music_s)
              .text();
  if (const auto factor = figures.real_time_factor())
    text += Family("cadenza_real_time_factor", "gauge", "Seconds of music per second of the run.")
                .add(*factor)
                .text();
  if (figures.left_s)
    text += Family("cadenza_left_seconds", "gauge", "Seconds until the run ends, as measured.")
                .add(*figures.left_s)
                .text();
  if (figures.cost)
    text += Family("cadenza_run_cost", "gauge", "Elapsed time by --cost-per-hour.")
                .add(*figures.cost)
                .text();
  return text;
}

}  // namespace

std::string metrics_text(const MetricsFacts& facts, const BatchFigures& figures) {
  const std::string labels = fmt::format("version=\"{}\",model=\"{}\"", label_text(facts.version),
                                         label_text(facts.model));
  return Family("cadenza_build_info", "gauge", "What makes the tracks; always 1.")
             .add(1, labels)
             .text() +
         Family("cadenza_run_started_timestamp_seconds", "gauge", "When this run began.")
             .add(unix_seconds(facts.started))
             .text() +
         Family("cadenza_run_updated_timestamp_seconds", "gauge", "When this file was written.")
             .add(unix_seconds(facts.updated))
             .text() +
         counts(figures) + speeds(figures);
}

}  // namespace cadenza
