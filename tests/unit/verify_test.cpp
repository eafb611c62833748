// A track that a fake generator made, verified whole, spoiled in every way, and made elsewhere.
#include "lib/verify.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/io/sha256.h"
#include "lib/request_json.h"
#include "tests/support/fake_generator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;
namespace fs = std::filesystem;

namespace {

using Hashes = std::vector<std::pair<std::string, std::string>>;

const Hashes kFiles = {{"config.json", std::string(64, 'a')},
                       {"model.safetensors", std::string(64, 'b')}};

TrackOrder order() {
  TrackOrder order{.id = std::string("intro")};
  order.request.prompt = "calm piano";
  order.request.tempo = 84.0;
  order.request.duration_s = 0.6;
  order.request.seed = 42;
  order.seed = 42;
  order.model_files = kFiles;
  return order;
}

fs::path publish(const TempFolder& folder, const TrackOrder& order, const std::string& name) {
  FakeGenerator generator;
  NoProgress progress;
  const RenderedTrack track = render_track(generator, order, progress, StopFlag{});
  publish_track(track,
                {folder.path() / (name + "." + format_name(order.encode.format)),
                 folder.path() / (name + ".tokens"), folder.path() / (name + ".json")},
                Overwrite::no);
  return folder.path() / (name + ".json");
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

template <typename Change>
void edit(const fs::path& record, Change&& change) {
  Json json = Json::parse(read_sidecar_text(record));
  change(json);
  write(record, json.dump());
}

// What `cadenza verify` does with one record.
TrackCheck verify(const fs::path& record, Generator& generator, const Hashes& files = kFiles) {
  const std::string text = read_sidecar_text(record);
  TrackCheck check = check_files(record, read_recorded_files(text, "intro.json"));
  const RecordedTrack track = read_recorded_track(text, "intro.json");
  check.contradictions = contradictions(track);
  NoProgress progress;
  check_again(track, generator, files, progress, StopFlag{}, check);
  return check;
}

TrackCheck verify(const fs::path& record, const Hashes& files = kFiles) {
  FakeGenerator generator;
  return verify(record, generator, files);
}

// A generator whose weights are others: what it makes depends on the seed, so another seed will do.
class OtherWeights final : public Generator {
 public:
  explicit OtherWeights(std::string name) { model_.name = std::move(name); }
  const ModelInfo& model() const override { return model_; }
  const RuntimeInfo& runtime() const override { return inner_.runtime(); }
  Track generate(const TrackRequest& request, ProgressReporter& progress,
                 const StopFlag& stop) override {
    TrackRequest other = request;
    if (changes_sound) ++other.seed;
    return inner_.generate(other, progress, stop);
  }
  bool changes_sound = true;

 private:
  FakeGenerator inner_;
  ModelInfo model_ = fake_model();
};

bool has(const std::vector<std::string>& faults, const std::string& words) {
  return std::any_of(faults.begin(), faults.end(),
                     [&](const std::string& fault) { return fault.find(words) != fault.npos; });
}

}  // namespace

TEST_CASE("a track made again from its record has the same hashes, whatever it was made like") {
  std::vector<TrackOrder> orders(7, order());
  orders[1].encode = {.format = AudioFormat::mp3, .vbr_quality = 5};
  orders[2].encode = {.format = AudioFormat::mp3, .bitrate_kbps = 128};
  orders[3].encode = {.format = AudioFormat::flac, .bits = SampleFormat::int24};
  orders[4].encode.format = AudioFormat::opus;
  orders[5].finish = {.sample_rate_hz = 44100, .num_channels = 2, .loudness = LoudnessMode::off};
  orders[5].embeds_prompt = false;
  orders[6].finish = {
      .loudness_lufs = -23, .fade_in_s = 0.1, .fade_out_s = 0.2, .trims_silence = true};
  orders[6].encode.bits = SampleFormat::float32;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    CAPTURE(i);
    const TempFolder folder;
    const TrackCheck check = verify(publish(folder, orders[i], "intro"));
    CHECK(check.is_same());
    CHECK(check.faults().empty());
    REQUIRE(check.files.size() == 2);
    for (const CheckedFile& file : check.files) CHECK(file.remade == file.recorded);
  }
}

TEST_CASE("a file that was changed on disk is told from a track that comes out otherwise") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  std::ofstream(folder.path() / "intro.wav", std::ios::app) << "x";
  const TrackCheck check = verify(record);
  CHECK_FALSE(check.is_same());
  CHECK(check.files[0].remade == check.files[0].recorded);
  REQUIRE(check.faults().size() == 1);
  CHECK(has(check.faults(), "intro.wav: was changed on disk"));
}

TEST_CASE("a changed hash in the record is told from a changed file") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  edit(record, [](Json& json) { json["audio"][0]["sha256"] = std::string(64, '0'); });
  const TrackCheck check = verify(record);
  REQUIRE(check.faults().size() == 1);
  CHECK(has(check.faults(), "intro.wav: the record's sha256 was changed"));
}

TEST_CASE("a changed weight is named, and nothing else is blamed") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  OtherWeights generator("fake");
  const TrackCheck check =
      verify(record, generator, {kFiles[0], {"model.safetensors", std::string(64, 'c')}});
  CHECK_FALSE(check.is_same());
  REQUIRE(check.faults().size() == 1);
  CHECK(check.faults()[0] ==
        "model.files.model.safetensors: recorded bbbbbbbbbbbb, now cccccccccccc");
}

TEST_CASE("a missing or added model file is named") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  OtherWeights generator("fake");
  const TrackCheck check =
      verify(record, generator, {kFiles[0], {"extra.json", std::string(64, 'c')}});
  CHECK(has(check.faults(), "model.files.model.safetensors: recorded bbbbbbbbbbbb, now none"));
  CHECK(has(check.faults(), "model.files.extra.json: recorded none, now cccccccccccc"));
}

TEST_CASE("the same files under another name are the same model") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  OtherWeights generator("a-copy-of-fake");
  generator.changes_sound = false;
  const TrackCheck check = verify(record, generator);
  CHECK(check.is_same());
  CHECK(check.changed_inputs.empty());
}

TEST_CASE("another precision, device, version and commit are each named") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  edit(record, [](Json& json) {
    json["model"]["precision"] = "bf16";
    json["device"] = "cuda:0";
    json["device_name"] = "NVIDIA H100";
    json["tool"]["version"] = "0.0.1";
    json["tool"]["commit"] = "0123456789ab";
  });
  OtherWeights generator("fake");
  const std::vector<std::string> faults = verify(record, generator).faults();
  CHECK(has(faults, "model.precision: recorded bf16, now fp32"));
  CHECK(has(faults, "device: recorded cuda:0, now cpu"));
  CHECK(has(faults, "device_name: recorded NVIDIA H100, now no processor"));
  CHECK(has(faults, "tool.version: recorded 0.0.1, now "));
  CHECK(has(faults, "tool.commit: recorded 0123456789ab, now "));
}

TEST_CASE("a record whose parts contradict each other differs, even when the bytes are right") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  edit(record, [](Json& json) { json["request"]["tempo"] = 100; });
  TrackCheck check = verify(record);
  CHECK_FALSE(check.is_same());
  CHECK(check.faults() ==
        std::vector<std::string>{
            "request.tempo: was changed in the record (it says 100.0, the rest of it 84.0)"});
  edit(record, [](Json& json) {
    json["request"]["tempo"] = 84;
    json["sampling"]["seed"] = 43;
  });
  check = verify(record);
  CHECK(has(check.faults(), "sampling.seed: was changed in the record"));
}

TEST_CASE("when nothing recorded differs, the fault says so") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  OtherWeights generator("fake");
  CHECK(has(verify(record, generator).faults(), "though nothing that is recorded differs"));
}

TEST_CASE("a record without its output settings names them when the bytes differ") {
  const TempFolder folder;
  TrackOrder other = order();
  other.finish.loudness = LoudnessMode::off;
  const fs::path record = publish(folder, other, "intro");
  edit(record, [](Json& json) { json.erase("output"); });
  CHECK(has(verify(record).faults(), "output: recorded none, now the defaults"));
}

TEST_CASE("without making anything again only the files are compared") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  const TrackCheck check = check_files(record, read_recorded_files(read_sidecar_text(record), "a"));
  CHECK(check.is_same());
  CHECK(check.files[0].remade.empty());
}

TEST_CASE("a missing file is not found, by its name") {
  const TempFolder folder;
  const fs::path record = publish(folder, order(), "intro");
  fs::remove(folder.path() / "intro.tokens");
  const auto error = thrown([&] { verify(record); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::not_found);
  CHECK(error->sentence().find("intro.tokens") != std::string::npos);
}

TEST_CASE("a folder means every record in it and below, in order, and no other JSON") {
  const TempFolder folder;
  fs::create_directories(folder.path() / "b");
  for (const char* name : {"c", "a"}) publish(folder, order(), name);
  fs::rename(folder.path() / "c.json", folder.path() / "b/c.json");
  write(folder.path() / "x.error.json", "{\"schema_version\":1}");
  write(folder.path() / "manifest.json", "[]");
  write(folder.path() / "torn.json", "{\"schema");
  CHECK(find_records(folder.path()) == std::vector<fs::path>{folder.path() / "a.json",
                                                             folder.path() / "b/c.json",
                                                             folder.path() / "torn.json"});
}

TEST_CASE("an audio file means the record beside it") {
  const TempFolder folder;
  publish(folder, order(), "intro");
  CHECK(find_records(folder.path() / "intro.wav") ==
        std::vector<fs::path>{folder.path() / "intro.json"});
  fs::remove(folder.path() / "intro.json");
  for (const fs::path& path : {folder.path() / "intro.wav", folder.path() / "none.json"}) {
    const auto error = thrown([&] { find_records(path); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::not_found);
  }
}

TEST_CASE("a folder without a record is told, not passed as fine") {
  const TempFolder folder;
  const auto error = thrown([&] { find_records(folder.path()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::not_found);
}
