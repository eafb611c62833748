// One track from request to files, with a fake generator.
#include "lib/make_track.h"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "lib/io/sha256.h"
#include "tests/support/fake_generator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

TrackOrder order_of(double duration_s) {
  TrackOrder order{.id = std::string("a")};
  order.request.prompt = "calm piano";
  order.request.duration_s = duration_s;
  order.seed = 42;
  return order;
}

RenderedTrack render(const TrackOrder& order) {
  FakeGenerator generator;
  NoProgress progress;
  return render_track(generator, order, progress, StopFlag{});
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TrackFiles files_in(const TempFolder& folder) {
  return {folder.path() / "a.wav", folder.path() / "a.tokens", folder.path() / "a.json"};
}

}  // namespace

TEST_CASE("a duration is covered by whole codec frames, and by no frame too many") {
  const ModelInfo model = fake_model();  // 320 samples a frame at 32000 Hz
  CHECK(frames_for(1.0, model) == 100);
  CHECK(frames_for(1.1, model) == 110);  // 1.1 * 100 is a hair above 110 in floating point
  CHECK(frames_for(0.99999, model) == 100);
  CHECK(frames_for(1.00003, model) == 101);  // one sample more
  CHECK(frames_for(1e-9, model) == 1);
}

TEST_CASE("a duration as long as the window is allowed, one sample more is not") {
  CHECK_FALSE(thrown([] { expect_feasible(order_of(2.0), fake_model()); }));
  const auto error = thrown([] { expect_feasible(order_of(2.00004), fake_model()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->sentence() == "duration: 2.00004 s is longer than the model's window of 2 s");
}

TEST_CASE("what the format cannot take is refused before anything is generated") {
  TrackOrder order = order_of(1);
  order.encode.format = AudioFormat::mp3;
  order.finish.sample_rate_hz = 96000;
  const auto error = thrown([&] { expect_feasible(order, fake_model()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
}

TEST_CASE("the delivered audio has exactly the asked length, to the sample") {
  for (const double duration_s : {0.0101, 0.5, 1.2345, 2.0}) {
    CAPTURE(duration_s);
    const RenderedTrack track = render(order_of(duration_s));
    CHECK(track.sidecar.audio.front().frames == std::llround(duration_s * 32000));
  }
}

TEST_CASE("the generator gets the conditioning text, the seed and the sampling in use") {
  FakeGenerator generator;
  NoProgress progress;
  TrackOrder order = order_of(1);
  order.request.tempo = 120.0;
  order.request.top_k = 3;
  render_track(generator, order, progress, StopFlag{});
  REQUIRE(generator.requests.size() == 1);
  const TrackRequest& asked = generator.requests.front();
  CHECK(asked.conditioning_text == "calm piano. bpm: 120.0");
  CHECK(asked.seed == 42);
  CHECK(asked.num_frames == 100);
  CHECK(asked.sampling.temperature == 0.5);  // the model's
  CHECK(asked.sampling.top_k == 3);          // the request's
}

TEST_CASE("the record tells what was asked from what was used") {
  TrackOrder order = order_of(1);
  order.request.count = 3;
  const Sidecar sidecar = render(order).sidecar;
  CHECK_FALSE(sidecar.request.seed);
  CHECK(sidecar.request.count == 3);
  CHECK(sidecar.effective.seed == 42);
  CHECK(sidecar.effective.count == 1);  // asked for again, it gives this one track
  CHECK(sidecar.effective.guidance == 2);
  CHECK(sidecar.text_tokens == std::vector<std::int32_t>{5, 1});
  CHECK(sidecar.timings_s.at("load") == 0.5);
  CHECK(sidecar.timings_s.at("decode") == 0.5);
}

TEST_CASE("the same order gives the same bytes, another seed gives others") {
  const TrackOrder order = order_of(0.5);
  TrackOrder other = order;
  other.seed = 43;
  CHECK(render(order).audio_bytes == render(order).audio_bytes);
  CHECK(render(order).audio_bytes != render(other).audio_bytes);
}

TEST_CASE("the audio says that a machine made it, and the prompt only when it may") {
  TrackOrder order = order_of(0.5);
  std::string bytes = render(order).audio_bytes;
  CHECK(bytes.find("trainedAlgorithmicMedia") != std::string::npos);
  CHECK(bytes.find("calm piano") != std::string::npos);
  order.embeds_prompt = false;
  const RenderedTrack track = render(order);
  CHECK(track.audio_bytes.find("trainedAlgorithmicMedia") != std::string::npos);
  CHECK(track.audio_bytes.find("calm piano") == std::string::npos);
  CHECK(track.token_metadata.count("request") == 0);
}

TEST_CASE("a stop during generation ends it with the signal's error") {
  FakeGenerator generator;
  NoProgress progress;
  StopFlag stop;
  generator.on_step = [&](std::int64_t step) {
    if (step == 10) stop.request(SIGINT);
  };
  const auto error = thrown([&] { render_track(generator, order_of(1), progress, stop); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::interrupted);
}

TEST_CASE("a published track is audio, tokens and a record that names both by their hashes") {
  const TempFolder folder;
  const TrackFiles files = files_in(folder);
  publish_track(render(order_of(0.5)), files, Overwrite::no);
  const auto record = nlohmann::json::parse(content(*files.metadata));
  CHECK(record["audio"][0]["path"] == "a.wav");
  CHECK(record["audio"][0]["sha256"] == sha256_hex(content(files.audio)));
  CHECK(record["audio"][0]["bytes"] == content(files.audio).size());
  CHECK(record["tokens"]["path"] == "a.tokens");
  CHECK(record["tokens"]["sha256"] == sha256_hex(content(*files.tokens)));
  CHECK(folder.names().size() == 3);
}

TEST_CASE("when the record cannot be written, no half track is left") {
  const TempFolder folder;
  const TrackFiles files = files_in(folder);
  std::ofstream(*files.metadata) << "someone else's";
  const RenderedTrack track = render(order_of(0.5));
  const auto error = thrown([&] { publish_track(track, files, Overwrite::no); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(folder.names() == std::vector<std::string>{"a.json"});
  CHECK(content(*files.metadata) == "someone else's");
}

TEST_CASE("overwriting replaces audio and record together") {
  const TempFolder folder;
  const TrackFiles files = files_in(folder);
  publish_track(render(order_of(0.5)), files, Overwrite::no);
  TrackOrder other = order_of(1.0);
  other.seed = 43;
  publish_track(render(other), files, Overwrite::yes);
  const auto record = nlohmann::json::parse(content(*files.metadata));
  CHECK(record["sampling"]["seed"] == 43);
  CHECK(record["audio"][0]["sha256"] == sha256_hex(content(files.audio)));
}
