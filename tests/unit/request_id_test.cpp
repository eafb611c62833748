#include "lib/request_id.h"

#include <doctest/doctest.h>

using namespace cadenza;

namespace {

GenerationRequest calm_piano() {
  GenerationRequest request;
  request.prompt = "calm piano";
  request.seed = 7;
  return request;
}

}  // namespace

TEST_CASE("the default id is the head of a SHA-256 over request and model") {
  // printf '{"prompt":"calm piano","duration":10.0,"seed":7,"count":1,"template":"audiocraft"}\n
  // starter' (one line, a line feed, then the model) | sha256sum
  CHECK(default_id(calm_piano(), "starter") == "7ba6a1b8beb1c0e4");
}

TEST_CASE("the default id changes with the request and the model, not with a given id") {
  const std::string id = default_id(calm_piano(), "starter");
  GenerationRequest other = calm_piano();
  other.id = "take-1";
  CHECK(default_id(other, "starter") == id);
  other.seed = 8;
  CHECK(default_id(other, "starter") != id);
  CHECK(default_id(calm_piano(), "facebook/musicgen-small") != id);
}

TEST_CASE("a default id is an id") { CHECK_NOTHROW(expect_id("id", default_id({}, "x"))); }
