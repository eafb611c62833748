// A report for people (a table, Markdown) and for programs (JSON, JUnit XML).
#pragma once

#include <string>

#include "lib/batch/report.h"

namespace cadenza {

// Each ends with a newline. No line begins with foreign text, and what Markdown or XML would take
// for its own is escaped.
std::string report_table(const Report& report, const ReportOptions& options);
std::string report_markdown(const Report& report, const ReportOptions& options);
std::string report_json(const Report& report, const ReportOptions& options);
std::string report_junit(const Report& report);

}  // namespace cadenza
