// The table of flags: one definition each, no name twice, defaults from the structs.
#include "cli/command_flags.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "cli/flags.h"
#include "lib/request.h"

using namespace cadenza;

namespace {

std::vector<FlagSpec> all_of(const std::vector<FlagGroup>& groups) {
  std::vector<FlagSpec> flags;
  for (const auto& group : groups)
    flags.insert(flags.end(), group.flags.begin(), group.flags.end());
  return flags;
}

}  // namespace

TEST_CASE("no two flags of a command share a spelling") {
  for (const auto& groups : all_command_flags()) {
    std::set<std::string> seen;
    for (const auto& flag : all_of(groups)) {
      CAPTURE(flag.name);
      CHECK(seen.insert("--" + flag.name).second);
      if (!flag.shortcut.empty()) CHECK(seen.insert("-" + flag.shortcut).second);
      for (const auto& other : flag.hidden) CHECK(seen.insert(other).second);
    }
  }
}

TEST_CASE("every request field has a flag, so that the command line can ask for all of it") {
  std::set<std::string> names;
  for (const auto& flag : all_of(generate_flags())) names.insert(field_name(flag.name));
  for (const auto& field : request_fields()) CHECK(names.count(field) == 1);
}

TEST_CASE("defaults are those of the struct") {
  const GenerationRequest standard;
  for (const auto& flag : all_of(generate_flags())) {
    if (flag.name == "duration") CHECK(flag.standard == fmt::format("{}", standard.duration_s));
    if (flag.name == "count") CHECK(flag.standard == fmt::format("{}", standard.count));
    if (flag.name == "template") CHECK(flag.standard == standard.template_name);
    if (flag.name == "tempo") CHECK(flag.standard.empty());
  }
}
