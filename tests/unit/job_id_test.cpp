#include "lib/batch/job_id.h"

#include <doctest/doctest.h>

using namespace cadenza;

TEST_CASE("a job id is plain ASCII that every file system keeps") {
  for (const char* id : {"a", "intro", "Take-2", "a.b_c-d", "0", "console", "com10"})
    CHECK(!job_id_problem(id));
}

TEST_CASE("ids that would leave the folder, hide, or open a device are refused") {
  for (const char* id :
       {"",         ".",     "..",      "../x", "a/b", "/etc/x",  "\\\\host\\share",
        "C:x",      "-rf",   ".hidden", "con",  "CON", "nul.txt", "COM1",
        "lpt9.wav", "aux.",  "a.",      "a ",   " a",  "a\nb",    "caf\xc3\xa9",
        "%2e%2e",   "~root", "$HOME",   "a*b"})
    CHECK(job_id_problem(id));
  CHECK(!job_id_problem(std::string(128, 'a')));
  CHECK(job_id_problem(std::string(129, 'a')));
}

TEST_CASE("ids that differ in case only are the same file on some systems") {
  CHECK(folded_id("Take") == folded_id("tAKE"));
}
