// Who wins: flag, environment, config file, default; and who is named when a value is wrong.
#include "cli/settings.h"

#include <doctest/doctest.h>

#include <fstream>

#include "cli/command_flags.h"
#include "lib/request.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

ConfigFile config_of(std::map<std::string, ConfigEntry> entries) {
  return {"c.toml", std::move(entries)};
}

Settings resolve(const FlagValues& flags, std::map<std::string, std::string> environment,
                 const ConfigFile& config) {
  return resolve_settings(generate_flags(), flags, Environment(std::move(environment)), config);
}

std::string in_use(const Settings& settings, const std::string& field) {
  const Setting* setting = settings.find(field);
  return setting == nullptr ? "nobody" : setting->text + " by " + setting->origin;
}

}  // namespace

TEST_CASE("a flag beats the environment, which beats the config file") {
  const FlagValues flag{{"top-k", {"1"}}};
  const std::map<std::string, std::string> variable{{"CADENZA_TOP_K", "2"}};
  const ConfigFile file = config_of({{"top_k", {{"3"}, 7}}});
  CHECK(in_use(resolve(flag, variable, file), "top_k") == "1 by --top-k");
  CHECK(in_use(resolve({}, variable, file), "top_k") == "2 by CADENZA_TOP_K");
  CHECK(in_use(resolve({}, {}, file), "top_k") == "3 by c.toml:7");
  CHECK(in_use(resolve({}, {}, {}), "top_k") == "nobody");
}

TEST_CASE("an empty variable says nothing") {
  CHECK(in_use(resolve({}, {{"CADENZA_DEVICE", ""}}, {}), "device") == "nobody");
}

TEST_CASE("what belongs to one run only comes from flags only") {
  const Settings settings = resolve({},
                                    {{"CADENZA_PROMPT", "x"},
                                     {"CADENZA_OUTPUT", "x"},
                                     {"CADENZA_OVERWRITE", "true"},
                                     {"CADENZA_ID", "x"},
                                     {"CADENZA_DRY_RUN", "true"}},
                                    {});
  for (const char* field : {"prompt", "output", "overwrite", "id", "dry_run"})
    CHECK_FALSE(settings.is_given(field));
}

TEST_CASE("a toggle that a config file turned on is turned off by its flag") {
  const ConfigFile file = config_of({{"greedy", {{"true"}, 1}}});
  CHECK(resolve({}, {}, file).is_on("greedy"));
  CHECK_FALSE(resolve({{"greedy", {"false"}}}, {}, file).is_on("greedy"));
  const auto error = thrown([] { resolve({}, {{"CADENZA_GREEDY", "yes"}}, {}).is_on("greedy"); });
  REQUIRE(error);
  CHECK(error->sentence() == "CADENZA_GREEDY: greedy: expected true or false, found \"yes\"");
}

TEST_CASE("lists are joined, single values are single") {
  CHECK(in_use(resolve({{"instruments", {"piano", "bass"}}}, {}, {}), "instruments") ==
        "piano,bass by --instruments");
  const ConfigFile two = config_of({{"tempo", {{"90", "91"}, 4}}});
  const auto error = thrown([&] { resolve({}, {}, two); });
  REQUIRE(error);
  CHECK(error->sentence() == "c.toml:4: tempo: expected one value, found 2");
}

TEST_CASE("a wrong value names the variable or the line it stands in") {
  GenerationRequest request;
  const auto set = [&](const std::string& text) { set_field(request, "tempo", text); };
  const auto sentence = [&](const Settings& settings) {
    const auto error = thrown([&] { settings.read("tempo", set); });
    REQUIRE(error);
    return error->sentence();
  };
  CHECK(sentence(resolve({{"tempo", {"9"}}}, {}, {})).starts_with("tempo: expected"));
  CHECK(sentence(resolve({}, {{"CADENZA_TEMPO", "9"}}, {}))
            .starts_with("CADENZA_TEMPO: tempo: expected"));
  CHECK(sentence(resolve({}, {}, config_of({{"tempo", {{"9"}, 2}}})))
            .starts_with("c.toml:2: tempo: expected"));
}

TEST_CASE("the list of settings says where each value came from") {
  const auto listed = resolve({{"seed", {"5"}}}, {}, {}).listed();
  const auto entry = [&](const std::string& field) {
    for (const auto& [name, setting] : listed)
      if (name == field) return setting.text + " by " + setting.origin;
    return std::string("missing");
  };
  CHECK(entry("seed") == "5 by --seed");
  CHECK(entry("duration") == "10 by default");
  CHECK(entry("tempo") == " by default");
}

TEST_CASE(
    "the config file is the flag's, else the variable's, else the default one if it is there") {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path() / "cadenza");
  const auto write = [&](const char* name, const char* text) {
    std::ofstream(folder.path() / name) << text;
    return (folder.path() / name).string();
  };
  const std::string by_flag = write("flag.toml", "tempo = 60\n");
  const std::string by_variable = write("variable.toml", "tempo = 70\n");
  const Environment home({{"XDG_CONFIG_HOME", folder.path().string()}});
  CHECK(find_config({}, home).name.empty());
  write("cadenza/config.toml", "tempo = 80\n");
  const Environment both(
      {{"XDG_CONFIG_HOME", folder.path().string()}, {"CADENZA_CONFIG", by_variable}});
  const auto tempo = [](const ConfigFile& file) { return file.entries.at("tempo").values.at(0); };
  CHECK(tempo(find_config({}, home)) == "80");
  CHECK(tempo(find_config({}, both)) == "70");
  CHECK(tempo(find_config({{"config", {by_flag}}}, both)) == "60");
  const auto error = thrown([] {
    find_config({{"config", {"/nowhere/c.toml"}}}, Environment({}));
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::not_found);
}

TEST_CASE("a setting of any command may stand in the file and the environment of every command") {
  const TempFolder folder;
  const std::string path = (folder.path() / "c.toml").string();
  for (const auto& groups : all_command_flags())
    for (const auto& group : groups)
      for (const FlagSpec& flag : group.flags) {
        if (!flag.is_setting || flag.name == "config") continue;
        CAPTURE(flag.name);
        std::ofstream(path) << field_name(flag.name) << " = \"1\"\n";
        CHECK(find_config({{"config", {path}}}, Environment({})).entries.size() == 1);
        CHECK(misspelt_variables(Environment({{variable_name(flag.name), "1"}})).empty());
      }
}

TEST_CASE("a misspelt variable is pointed out, one of another program is not") {
  const Environment environment(
      {{"CADENZA_TEMPOO", "1"}, {"CADENZA_TEMPO", "90"}, {"CADENZA_BUILD_HOST_NAME", "x"}});
  CHECK(misspelt_variables(environment) ==
        std::vector<std::string>{
            "CADENZA_TEMPOO: unknown variable, ignored; did you mean CADENZA_TEMPO?"});
}
