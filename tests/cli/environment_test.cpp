// Folders from the environment, by the rules of XDG and of Hugging Face's client.
#include "cli/environment.h"

#include <doctest/doctest.h>

using namespace cadenza;

using Variables = std::map<std::string, std::string>;

TEST_CASE("the config file lies in XDG_CONFIG_HOME, else below the home") {
  CHECK(default_config_path(Environment({{"XDG_CONFIG_HOME", "/x"}, {"HOME", "/h"}})) ==
        "/x/cadenza/config.toml");
  CHECK(default_config_path(Environment(Variables{{"HOME", "/h"}})) ==
        "/h/.config/cadenza/config.toml");
  CHECK(default_config_path(Environment({{"XDG_CONFIG_HOME", "relative"}, {"HOME", "/h"}})) ==
        "/h/.config/cadenza/config.toml");
  CHECK(default_config_path(Environment(Variables{{"HOME", ""}})).empty());
}

TEST_CASE("the hub cache is found in Hugging Face's own order") {
  Variables variables{{"HOME", "/h"}};
  CHECK(hub_cache_path(Environment(variables)) == "/h/.cache/huggingface/hub");
  variables["XDG_CACHE_HOME"] = "/c";
  CHECK(hub_cache_path(Environment(variables)) == "/c/huggingface/hub");
  variables["HF_HOME"] = "/f";
  CHECK(hub_cache_path(Environment(variables)) == "/f/hub");
  variables["HUGGINGFACE_HUB_CACHE"] = "/old";
  CHECK(hub_cache_path(Environment(variables)) == "/old");
  variables["HF_HUB_CACHE"] = "/new";
  CHECK(hub_cache_path(Environment(variables)) == "/new");
  CHECK(hub_cache_path(Environment({})).empty());
}
