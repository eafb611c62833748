// The record of a track, read back from what to_json writes and from what people make of it.
#include "lib/read_sidecar.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "lib/make_track.h"
#include "lib/request_json.h"
#include "tests/support/fake_generator.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

TrackOrder order() {
  TrackOrder order{.id = std::string("intro")};
  order.request.prompt = "calm piano";
  order.request.tempo = 84.0;
  order.request.duration_s = 0.5;
  order.seed = 42;
  order.encode.bits = SampleFormat::int24;
  order.finish = {.loudness = LoudnessMode::peak, .fade_in_s = 0.1, .trims_silence = true};
  order.embeds_prompt = false;
  order.model_files = {{"config.json", std::string(64, 'a')}};
  return order;
}

Json written() {
  FakeGenerator generator;
  NoProgress progress;
  const RenderedTrack track = render_track(generator, order(), progress, StopFlag{});
  return Json::parse(
      to_json(track_content(track, {.audio = "intro.wav", .tokens = "intro.tokens"}).sidecar));
}

std::string refusal(const Json& record) {
  const auto error = thrown([&] { read_recorded_track(record.dump(), "intro.json"); });
  if (!error) return "nothing was refused";
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence();
}

}  // namespace

TEST_CASE("what was written is read back whole") {
  const RecordedTrack track = read_recorded_track(written().dump(), "intro.json");
  const Sidecar& sidecar = track.sidecar;
  CHECK(sidecar.id == "intro");
  CHECK(sidecar.seed == 42);
  CHECK(sidecar.audio.front().path == "intro.wav");
  CHECK(sidecar.audio.front().bits == "24");
  CHECK(sidecar.tokens->first == "intro.tokens");
  CHECK(sidecar.finish.loudness == LoudnessMode::peak);
  CHECK(sidecar.finish.fade_in_s == 0.1);
  CHECK(sidecar.finish.trims_silence);
  CHECK_FALSE(sidecar.embeds_prompt);
  CHECK(sidecar.effective.top_k == 7);  // the model's own, filled in
  CHECK(sidecar.model_files == order().model_files);
  CHECK(track.has_output);
  CHECK_FALSE(track.tool_version.empty());
}

TEST_CASE("a record without output is read with the defaults, and that is known") {
  Json record = written();
  record.erase("output");
  const RecordedTrack track = read_recorded_track(record.dump(), "intro.json");
  CHECK_FALSE(track.has_output);
  CHECK(track.sidecar.finish.loudness_lufs == -14);
}

TEST_CASE("a wrong member is named by file and place, with what was found") {
  const std::string kHex = "expected 64 hex digits, found \"AB\"";
  Json record = written();
  record["audio"][0]["sha256"] = "AB";
  CHECK(refusal(record) == "intro.json: audio[0].sha256: " + kHex);
  record = written();
  record["model"]["files"]["config.json"]["sha256"] = "AB";
  CHECK(refusal(record) == "intro.json: model.files.config.json.sha256: " + kHex);
  record = written();
  record["sampling"].erase("seed");
  CHECK(refusal(record) ==
        "intro.json: sampling.seed: expected a whole number from 0 to 9223372036854775807, "
        "found none");
  record = written();
  record["effective"]["tempo"] = 999;
  CHECK(refusal(record) ==
        "intro.json: effective: tempo: expected 40..240 or slow|moderate|fast, found 999");
  record = written();
  record["audio"] = Json::array();
  CHECK(refusal(record) == "intro.json: audio: expected at least one file, found []");
  record = written();
  record["schema_version"] = 2;
  CHECK(refusal(record) == "intro.json: schema_version: expected 1, found 2");
  record = written();
  record["status"] = "failed";
  CHECK(refusal(record) == "intro.json: status: expected \"completed\", found \"failed\"");
  CHECK(refusal(Json::array()) == "intro.json: expected an object, found []");
}

TEST_CASE("a file of a record lies beside it, never elsewhere") {
  for (const char* path : {"../a.wav", "/etc/passwd", "sub/a.wav", "", ".", ".."}) {
    CAPTURE(path);
    Json record = written();
    record["audio"][0]["path"] = path;
    CHECK(refusal(record).starts_with("intro.json: audio[0].path: expected the name of a file"));
  }
}

TEST_CASE("every member that is needed may be missing or of another type without harm") {
  const Json whole = written();
  for (const auto& [name, value] : whole.items()) {
    for (const Json& other : {Json(nullptr), Json(-1), Json("x"), Json::array(), Json::object()}) {
      CAPTURE(name);
      Json record = whole;
      record[name] = other;
      const auto error = thrown([&] { read_recorded_track(record.dump(), "intro.json"); });
      if (error) CHECK(error->sentence().starts_with("intro.json: "));
    }
  }
}

TEST_CASE("no cut of a record is taken for a record") {
  const std::string text = written().dump(2);
  for (std::size_t size = 0; size < text.size(); size += 7)
    CHECK(thrown([&] { read_recorded_track(text.substr(0, size), "intro.json"); }));
}

TEST_CASE("other JSON is told from a record") {
  CHECK(is_sidecar(written().dump(), "a.json"));
  CHECK_FALSE(is_sidecar("[{\"prompt\": \"calm piano\"}]", "a.json"));
  CHECK_FALSE(is_sidecar("{\"prompt\": \"calm piano\"}", "a.json"));
  CHECK(thrown([] { is_sidecar("{\"prompt\":", "a.json"); }));
}

TEST_CASE("times are read as RFC 3339 in UTC, and nothing else is") {
  CHECK(utc_seconds("1970-01-02T00:00:01Z") == 86401);
  CHECK(utc_seconds("2026-01-02T03:04:05Z") == 1767323045);  // date -u -d ... +%s
  CHECK_FALSE(utc_seconds("2026-01-02T03:04:05+01:00"));
  CHECK_FALSE(utc_seconds("yesterday"));
  CHECK_FALSE(utc_seconds(""));
}
