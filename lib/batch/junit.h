// The outcome of a batch as JUnit XML, the dialect that Jenkins, GitLab and GitHub's reporters
// read. Pure: plain records in, text out, so that a running batch and a report over folders share
// it.
#pragma once

#include <string>
#include <vector>

namespace cadenza {

struct JunitCase {
  enum class Outcome { ok, failed, skipped };
  std::string id;
  std::string name;  // the prompt, or whatever a person knows the row by; may be empty
  double seconds = 0;
  Outcome outcome = Outcome::ok;
  std::string error_kind, message;  // why it failed; message alone: why it was skipped
};

// One <testsuite> of one <testcase> per record, in their order; classname is the suite's name, so
// that a reporter groups them. What XML 1.0 cannot hold (control characters, invalid UTF-8) is
// shown as \u{..} and \x... .
std::string junit_xml(const std::string& suite, const std::vector<JunitCase>& cases);

}  // namespace cadenza
