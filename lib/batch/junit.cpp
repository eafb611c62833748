#include "lib/batch/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/text/quote.h"

namespace cadenza {

namespace {

using Outcome = JunitCase::Outcome;

// For attributes and content alike. escaped() leaves no character that XML 1.0 forbids but the two
// noncharacters U+FFFE and U+FFFF, which are written as three bytes each.
std::string xml_text(const std::string& text) {
  std::string result;
  const std::string safe = escaped(text);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const std::string_view rest = std::string_view(safe).substr(i, 3);
    if (rest == "\xEF\xBF\xBE" || rest == "\xEF\xBF\xBF") {
      result += rest == "\xEF\xBF\xBE" ? "\\u{fffe}" : "\\u{ffff}";
      i += 2;
      continue;
    }
    switch (safe[i]) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += safe[i];
    }
  }
  return result;
}

std::string case_name(const JunitCase& row) {
  return xml_text(row.name.empty() ? row.id : row.id + ": " + row.name);
}

std::string case_xml(const std::string& suite, const JunitCase& row) {
  std::string text = fmt::format(R"(  <testcase classname="{}" name="{}" time="{:.3f}")",
                                 xml_text(suite), case_name(row), row.seconds);
  const std::string message = xml_text(row.message);
  if (row.outcome == Outcome::failed)
    text += fmt::format(">\n    <failure type=\"{}\" message=\"{}\">{}</failure>\n  </testcase>\n",
                        xml_text(row.error_kind), message, message);
  else if (row.outcome == Outcome::skipped)
    text += fmt::format(">\n    <skipped message=\"{}\"/>\n  </testcase>\n", message);
  else
    text += "/>\n";
  return text;
}

std::string counts(const std::vector<JunitCase>& cases) {
  const auto number = [&](Outcome outcome) {
    return std::count_if(cases.begin(), cases.end(),
                         [&](const JunitCase& row) { return row.outcome == outcome; });
  };
  double seconds = 0;
  for (const JunitCase& row : cases) seconds += row.seconds;
  return fmt::format(R"(tests="{}" failures="{}" errors="0" skipped="{}" time="{:.3f}")",
                     cases.size(), number(Outcome::failed), number(Outcome::skipped), seconds);
}

}  // namespace

std::string junit_xml(const std::string& suite, const std::vector<JunitCase>& cases) {
  const std::string numbers = counts(cases);
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites {}>\n<testsuite name=\"{}\" {}>\n", numbers, xml_text(suite),
                      numbers);
  for (const JunitCase& row : cases) text += case_xml(suite, row);
  return text + "</testsuite>\n</testsuites>\n";
}

}  // namespace cadenza
