#include "lib/text/nearest.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace cadenza;

namespace {

const std::vector<std::string> kFlags = {
    "--tempo",  "--duration", "--seed",  "--guidance",   "--top-k",           "--temperature",
    "--format", "--output",   "--model", "--device",     "--negative-prompt", "--count",
    "--top-p",  "-p",         "-o",      "--instruments"};

}  // namespace

TEST_CASE("a misspelt flag gets the right one") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--tmpo", "--tempo"},
      {"--tempoo", "--tempo"},
      {"--Tempo", "--tempo"},
      {"-tempo", "--tempo"},
      {"--duraton", "--duration"},
      {"--durration", "--duration"},
      {"--seeed", "--seed"},
      {"--gudance", "--guidance"},
      {"--top_k", "--top-k"},
      {"--topk", "--top-k"},
      {"--top-kk", "--top-k"},
      {"--temprature", "--temperature"},
      {"--formt", "--format"},
      {"--ouput", "--output"},
      {"--modle", "--model"},
      {"--devise", "--device"},
      {"--conut", "--count"},
      {"--negative_prompt", "--negative-prompt"},
      {"--instrument", "--instruments"}};
  for (const auto& [wrong, right] : cases) {
    CAPTURE(wrong);
    CHECK(nearest(wrong, kFlags) == right);
  }
}

TEST_CASE("a misspelt command gets the right one") {
  const std::vector<std::string> commands = {"generate", "batch", "models", "verify", "doctor"};
  CHECK(nearest("generat", commands) == "generate");
  CHECK(nearest("Generate", commands) == "generate");
  CHECK(nearest("bacth", commands) == "batch");
  CHECK(nearest("model", commands) == "models");
  CHECK(nearest("verfy", commands) == "verify");
}

TEST_CASE("a word that is near nothing gets no suggestion") {
  CHECK_FALSE(nearest("--upload-everything", kFlags));
  CHECK_FALSE(nearest("-q", kFlags));
  CHECK_FALSE(nearest("", kFlags));
  CHECK_FALSE(nearest("--", kFlags));
  CHECK_FALSE(nearest("tempo", {}));
  CHECK_FALSE(nearest(std::string(100000, 't'), kFlags));
}
