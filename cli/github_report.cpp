#include "cli/github_report.h"

#include <fmt/format.h>

#include "cli/batch_report.h"
#include "lib/io/line_file.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kShownFailures = 50;  // GitHub takes 1 MiB of summary
constexpr std::size_t kMaxCellChars = 200;

// Data: only these three are special. In properties, which commas and colons end, two more.
std::string command_text(const std::string& text, bool is_property) {
  std::string result;
  for (const char c : text) {
    const bool is_special =
        c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    result +=
        is_special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return result;
}

// Foreign text in a cell of a table: neither Markdown nor HTML of its own.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : shortened(text, kMaxCellChars)) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else if (std::string_view("\\`*_{}[]()#+-!|~>@").find(c) != std::string_view::npos)
      result += fmt::format("\\{}", c);
    else
      result += c;
  }
  return result;
}

std::string row(const char* name, const std::string& value) {
  return fmt::format("| {} | {} |\n", name, value);
}

}  // namespace

std::string annotation_line(const Annotation& annotation) {
  std::string line =
      fmt::format("::{} title={}", annotation.level, command_text(escaped(annotation.title), true));
  if (!annotation.file.empty()) line += ",file=" + command_text(escaped(annotation.file), true);
  if (annotation.line > 0) line += fmt::format(",line={}", annotation.line);
  return line + "::" + command_text(escaped(annotation.message), false) + "\n";
}

std::string job_summary(const std::string& title, const RunEnd& end, const BatchFigures& figures,
                        const std::vector<FailedRow>& failed) {
  std::string text = fmt::format("### Cadenza: {}: {}\n\n| | |\n|---|---|\n", cell(title),
                                 run_status(end, figures));
  text += row("done", fmt::format("{} of {}", figures.num_done_before + figures.num_done,
                                  figures.num_rows));
  text += row("failed", fmt::format("{}", figures.num_failed));
  if (figures.num_left() > 0) text += row("left", fmt::format("{}", figures.num_left()));
  if (!end.stopped_by.empty()) text += row("stopped by", cell(end.stopped_by));
  if (figures.p50_s)
    text += row("seconds per track",
                fmt::format("p50 {:.1f}, p95 {:.1f}", *figures.p50_s, *figures.p95_s));
  if (const auto factor = figures.real_time_factor())
    text += row("real-time factor", fmt::format("{:.2f}", *factor));
  if (figures.cost) text += row("cost", shown_cost(*figures.cost));
  if (end.error) text += row("ended by", cell(end.error->sentence()));
  if (!failed.empty()) text += "\n| failed row | prompt | kind | message |\n|---|---|---|---|\n";
  for (const FailedRow& one : failed)
    text += fmt::format("| {} | {} | {} | {} |\n", cell(one.id), cell(one.prompt), cell(one.kind),
                        cell(one.message));
  if (figures.num_failed > failed.size())
    text += fmt::format("\nand {} more\n", figures.num_failed - failed.size());
  return text + "\n";
}

// On standard error, where GitHub looks for them as well: standard output holds results.
void GithubReport::annotate(const char* level, const BatchJob& job, const Error& error) {
  if (console_.options().log_format == LogFormat::json) return;  // its readers expect objects
  const RowFacts facts = facts_(job);
  console_.draw(annotation_line({level, "cadenza batch", facts.file == "-" ? "" : facts.file,
                                 facts.line, job.id + ": " + error.sentence()}));
}

void GithubReport::retried(const BatchJob& job, const Error& error, double) {
  annotate("warning", job, error);
}

void GithubReport::failed(const BatchJob& job, const Error& error, double) {
  annotate("error", job, error);
  if (++num_failed_ <= kShownFailures)
    failed_.push_back(
        {job.id, facts_(job).prompt, std::string(error_kind_name(error.kind())), error.sentence()});
}

void GithubReport::end(const RunEnd& end, const BatchFigures& figures) {
  if (summary_path_.empty()) return;
  try {
    LineFile(summary_path_).append(job_summary(title_, end, figures, failed_));
  } catch (const Error& error) {
    console_.warn("GITHUB_STEP_SUMMARY: " + error.sentence());
  }
}

}  // namespace cadenza
