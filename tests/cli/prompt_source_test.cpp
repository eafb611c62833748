// Which of three places holds the prompt, and what a file of it may be.
#include "cli/prompt_source.h"

#include <doctest/doctest.h>

#include <fstream>

#include "cli/command_flags.h"
#include "cli/flags.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

PromptSource source_of(const FlagValues& flags) {
  return make_prompt_source(resolve_settings(generate_flags(), flags, Environment({}), {}));
}

}  // namespace

TEST_CASE("a dash, alone, is standard input") {
  CHECK(source_of({{"prompt", {"-"}}}).file == "-");
  CHECK(source_of({{"prompt-file", {"-"}}}).file == "-");
  CHECK(source_of({{"prompt", {"- calm -"}}}).text == "- calm -");
}

TEST_CASE("one place, not two and not none") {
  CHECK(thrown([] { source_of({}); })->sentence() == "prompt: none was given");
  CHECK(thrown([] {
          source_of({{"prompt", {"a"}}, {"prompt-file", {"b"}}});
        })
            ->sentence()
            .starts_with("prompt: given twice"));
  CHECK(thrown([] {
          source_of({{"prompt-file", {""}}});
        })->sentence() == "prompt-file: the file name is empty");
}

TEST_CASE("a file's prompt has no byte order mark and no line end") {
  const TempFolder folder;
  const std::string path = (folder.path() / "p.txt").string();
  std::ofstream(path) << "\xef\xbb\xbf  slow strings\r\n\n";
  CHECK(read_prompt(path) == "slow strings");
}

TEST_CASE("what is no file of text is refused") {
  CHECK(thrown([] { read_prompt("/nowhere/p.txt"); })->kind() == ErrorKind::not_found);
  CHECK(thrown([] { read_prompt("/dev/zero"); })->kind() == ErrorKind::usage);
}
