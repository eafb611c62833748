// Leaves its records in the build folder, where sidecar_schema_test.py checks them against
// docs/sidecar.schema.json.
#include "lib/sidecar.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

using namespace cadenza;
using Json = nlohmann::json;

namespace {

constexpr double kSilence = -std::numeric_limits<double>::infinity();

const std::string kHash(64, 'a');

void keep(const std::string& name, const std::string& text) {
  std::filesystem::create_directories(CADENZA_TEST_OUT);
  std::ofstream(std::string(CADENZA_TEST_OUT) + "/" + name) << text;
}

GenerationRequest lofi() {
  GenerationRequest request;
  request.prompt = "lofi hip hop";
  request.genre = "rock";
  request.mood = "calm";
  request.key = "C minor";
  request.instruments = {"piano"};
  request.tempo = TempoWord::slow;
  request.seed = 9223372036854775807u;
  request.owner = "ann";
  request.tags = {"demo"};
  return request;
}

Sidecar full() {
  Sidecar sidecar;
  sidecar.id = "take-1";
  sidecar.created_at = "2026-01-02T03:04:05Z";
  sidecar.completed_at = "2026-01-02T03:04:07Z";
  sidecar.generation_time_s = 1.2345;
  sidecar.timings_s = {{"load", 0.2},  {"text", 0.01},  {"decode", 0.9},
                       {"codec", 0.1}, {"post", 0.002}, {"encode", 0.02}};
  sidecar.request = lofi();
  sidecar.effective = lofi();
  sidecar.effective.temperature = 1.0;
  sidecar.effective.top_k = 250;
  sidecar.effective.top_p = 0.0;
  sidecar.effective.guidance = 3.0;
  sidecar.effective.greedy = false;
  sidecar.finish = {.loudness_lufs = -20, .fade_in_s = 0.5, .trims_silence = true};
  sidecar.vbr_quality = 3;
  sidecar.embeds_prompt = false;
  sidecar.seed = 9223372036854775807u;
  sidecar.conditioning_text = "lofi hip hop. bpm: slow";
  sidecar.text_tokens = {8, 15, 1};
  sidecar.model.name = "starter";
  sidecar.model.revision = "abc";
  sidecar.model.license = "MIT";
  sidecar.model.num_parameters = 12345;
  sidecar.model_files = {{"config.json", kHash}, {"model.safetensors", kHash}};
  sidecar.runtime = {"cpu", "Some CPU", "fp32", 2, 0.2};
  sidecar.duration_s = 10;
  sidecar.loudness = {-14.0, 3.5, -1.0, -1.2};
  sidecar.audio = {{"take-1.wav", "wav", 32000, 1, "16", std::nullopt, 320000, 640044, kHash},
                   {"take-1.mp3", "mp3", 32000, 1, "", 192, 320000, 240000, kHash}};
  sidecar.tokens = {{"take-1.tokens", kHash}};
  return sidecar;
}

Sidecar minimal() {
  Sidecar sidecar;
  sidecar.id = "a";
  sidecar.created_at = sidecar.completed_at = "2026-01-02T03:04:05Z";
  sidecar.request.prompt = sidecar.effective.prompt = "calm piano";
  sidecar.conditioning_text = "calm piano";
  sidecar.text_tokens = {1};
  sidecar.model.name = "starter";
  sidecar.runtime.device = "cpu";
  sidecar.runtime.precision = "fp32";
  sidecar.duration_s = 1;
  sidecar.loudness = {kSilence, kSilence, kSilence, kSilence};
  sidecar.audio = {{"a.wav", "wav", 32000, 1, "32f", std::nullopt, 32000, 128044, kHash}};
  return sidecar;
}

}  // namespace

TEST_CASE("a full sidecar holds every fact under its documented name") {
  const std::string text = to_json(full());
  keep("full.json", text);
  const Json json = Json::parse(text);
  CHECK(json["schema_version"] == 1);
  CHECK(json["id"] == "take-1");
  CHECK(json["owner"] == "ann");
  CHECK(json["status"] == "completed");
  CHECK(json["generation_time_ms"] == 1235);
  CHECK(json["timings"]["decode"] == 900);
  CHECK(json["request"]["tempo"] == "slow");
  CHECK_FALSE(json["request"].contains("temperature"));
  CHECK(json["effective"]["temperature"] == 1.0);
  CHECK(json["conditioning_text"] == "lofi hip hop. bpm: slow");
  CHECK(json["text_tokens"] == Json({8, 15, 1}));
  CHECK(json["template"] == "audiocraft");
  CHECK(json["model"]["files"]["config.json"]["sha256"] == kHash);
  CHECK(json["model"]["parameters"] == 12345);
  CHECK(json["model"]["precision"] == "fp32");
  CHECK(json["device"] == "cpu");
  CHECK(json["sampling"]["seed"] == 9223372036854775807u);
  CHECK(json["sampling"]["greedy"] == false);
  CHECK(json["measured"]["loudness_lufs"] == -14.0);
  CHECK(json["audio"][0]["bits"] == 16);
  CHECK_FALSE(json["audio"][0].contains("bitrate"));
  CHECK(json["audio"][1]["bitrate"] == 192);
  CHECK_FALSE(json["audio"][1].contains("bits"));
  CHECK(json["tokens"]["path"] == "take-1.tokens");
  CHECK(json["ai_generated"] == true);
  CHECK(json["digital_source_type"] ==
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
  CHECK(json["tool"]["name"] == "cadenza");
}

TEST_CASE("a sidecar holds what shaped the sound after the model") {
  CHECK(Json::parse(to_json(full()))["output"] == Json({{"loudness", -20.0},
                                                        {"fade_in", 0.5},
                                                        {"fade_out", 0.0},
                                                        {"trim_silence", true},
                                                        {"embed_prompt", false},
                                                        {"vbr", 3}}));
  Sidecar sidecar = minimal();
  sidecar.finish.loudness = LoudnessMode::peak;
  CHECK(Json::parse(to_json(sidecar))["output"]["loudness"] == "peak");
  sidecar.finish.loudness = LoudnessMode::off;
  CHECK(Json::parse(to_json(sidecar))["output"]["loudness"] == "off");
}

TEST_CASE("members without a value are left out") {
  const std::string text = to_json(minimal());
  keep("minimal.json", text);
  const Json json = Json::parse(text);
  for (const char* name : {"owner", "tokens", "device_name", "threads", "error"})
    CHECK_FALSE(json.contains(name));
  for (const char* name : {"revision", "files", "license", "parameters"})
    CHECK_FALSE(json["model"].contains(name));
  CHECK(json["audio"][0]["bits"] == 32);
}

TEST_CASE("silence has no loudness, and the sidecar says nothing about it") {
  const Json measured = Json::parse(to_json(minimal()))["measured"];
  CHECK(measured == Json({{"duration_s", 1.0}}));
}

TEST_CASE("a sidecar is indented text that ends its last line") {
  const std::string text = to_json(minimal());
  CHECK(text.starts_with("{\n  \"schema_version\": 1,\n  \"id\": \"a\",\n"));
  CHECK(text.ends_with("}\n"));
}

TEST_CASE("a file name that is no UTF-8 does not lose the record") {
  Sidecar sidecar = minimal();
  sidecar.audio[0].path = "caf\xe9.wav";
  CHECK(Json::parse(to_json(sidecar))["audio"][0]["path"] == "caf\xef\xbf\xbd.wav");
}

TEST_CASE("a failure record names kind, message and hint") {
  const std::string text =
      failure_json("take-1", lofi(), "temporary", "out of memory", "try later");
  keep("failure.json", text);
  const Json json = Json::parse(text);
  CHECK(json["status"] == "failed");
  CHECK(json["request"]["prompt"] == "lofi hip hop");
  CHECK(json["error"] ==
        Json({{"kind", "temporary"}, {"message", "out of memory"}, {"hint", "try later"}}));
  CHECK_FALSE(Json::parse(failure_json("a", {}, "io", "full", ""))["error"].contains("hint"));
}
