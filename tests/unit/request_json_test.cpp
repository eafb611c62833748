#include "lib/request_json.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

std::string refusal(const std::string& json) {
  const auto error = thrown([&] { request_from_json(json); });
  if (!error) return "";
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence();
}

GenerationRequest everything() {
  GenerationRequest request;
  request.prompt = "calm \"piano\" música";
  request.genre = "jazz";
  request.mood = "calm";
  request.key = "Bb minor";
  request.instruments = {"piano", "double bass"};
  request.tempo = 84.3;
  request.duration_s = 0.1;
  request.seed = 9223372036854775807u;
  request.count = 3;
  request.temperature = 1.1;
  request.top_k = 0;
  request.top_p = 0.9;
  request.guidance = 3.3;
  request.greedy = false;
  request.template_name = "natural";
  request.id = "take-1";
  request.owner = "ann";
  request.tags = {"demo"};
  return request;
}

}  // namespace

TEST_CASE("only what was asked for is written, with the defaults that shape the music") {
  GenerationRequest request;
  request.prompt = "calm piano";
  CHECK(to_json(request) ==
        R"({"prompt":"calm piano","duration":10.0,"count":1,"template":"audiocraft"})");
}

TEST_CASE("members have the names and the order of the fields") {
  CHECK(to_json(everything()) ==
        R"({"prompt":"calm \"piano\" música","genre":"jazz","mood":"calm","key":"Bb minor",)"
        R"("instruments":["piano","double bass"],"tempo":84.3,"duration":0.1,)"
        R"("seed":9223372036854775807,"count":3,"temperature":1.1,"top_k":0,"top_p":0.9,)"
        R"("guidance":3.3,"greedy":false,"template":"natural","id":"take-1","owner":"ann",)"
        R"("tags":["demo"]})");
}

TEST_CASE("a request comes back from its JSON unchanged") {
  const std::string json = to_json(everything());
  const GenerationRequest back = request_from_json(json);
  CHECK(to_json(back) == json);
  CHECK(back.duration_s == 0.1);
  CHECK(std::get<double>(*back.tempo) == 84.3);
  CHECK(back.seed == 9223372036854775807u);
  GenerationRequest slow;
  slow.prompt = "calm piano";
  slow.tempo = TempoWord::slow;
  CHECK(std::get<TempoWord>(*request_from_json(to_json(slow)).tempo) == TempoWord::slow);
}

TEST_CASE("lists may be one string with commas, as a flag has it") {
  CHECK(request_from_json(R"({"instruments":"piano, bass"})").instruments ==
        std::vector<std::string>{"piano", "bass"});
}

TEST_CASE("values of another type or out of range are refused by name") {
  for (const char* text : {"null", "\"abcd\"", "123", "true", "[]", "[\"calm piano\"]"})
    CHECK(refusal(std::string("{\"prompt\":") + text + "}").starts_with("prompt: "));
  for (const char* text : {"0", "-1", "-0", "300.01", "\"10s\"", "\"10\"", "true", "[10]", "null"})
    CHECK(refusal(std::string("{\"duration\":") + text + "}").starts_with("duration: "));
  for (const char* text : {"39", "241", "-120", "\"brisk\"", "\"120\"", "[120]", "{}", "true"})
    CHECK(refusal(std::string("{\"tempo\":") + text + "}").starts_with("tempo: "));
  for (const char* text : {"-1", "9223372036854775808", "18446744073709551616", "1.5", "1.0", "1e3",
                           "\"abc\"", "true", "[1]", "-9223372036854775809"})
    CHECK(refusal(std::string("{\"seed\":") + text + "}").starts_with("seed: "));
  for (const char* text : {"-0.1", "5.1", "\"hot\"", "false"})
    CHECK(refusal(std::string("{\"temperature\":") + text + "}").starts_with("temperature: "));
  for (const char* text : {"-1", "20.1", "\"high\"", "[]"})
    CHECK(refusal(std::string("{\"guidance\":") + text + "}").starts_with("guidance: "));
  for (const char* text : {"-1", "1.5", "\"all\"", "99999999999999999999", "2147483648"})
    CHECK(refusal(std::string("{\"top_k\":") + text + "}").starts_with("top-k: "));
  for (const char* text : {"-0.1", "1.1", "\"90%\"", "{}"})
    CHECK(refusal(std::string("{\"top_p\":") + text + "}").starts_with("top-p: "));
  for (const char* text : {"0", "-1", "1.5", "99999999999", "\"two\""})
    CHECK(refusal(std::string("{\"count\":") + text + "}").starts_with("count: "));
  for (const char* text : {"\"Q major\"", "7", "\"\""})
    CHECK(refusal(std::string("{\"key\":") + text + "}").starts_with("key: "));
  for (const char* text : {"1", "\"true\"", "null"})
    CHECK(refusal(std::string("{\"greedy\":") + text + "}").starts_with("greedy: "));
  for (const char* text : {"1", "[1]", "[\"\"]", "null"})
    CHECK(refusal(std::string("{\"instruments\":") + text + "}").starts_with("instruments: "));
}

TEST_CASE("messages show the value as the JSON has it") {
  CHECK(refusal(R"({"tempo":"120"})") ==
        "tempo: expected 40..240 or slow|moderate|fast, found \"120\"");
  CHECK(refusal(R"({"seed":1.5})") ==
        "seed: expected an integer from 0 to 9223372036854775807, found 1.5");
}

TEST_CASE("unknown members and other JSON than an object are refused") {
  CHECK(refusal(R"({"promt":"calm piano"})") == "promt: unknown field; did you mean prompt?");
  CHECK(refusal("[]").starts_with("request: "));
  CHECK(refusal("{").starts_with("request: "));
}
