#include "lib/prompt_text.h"

#include <doctest/doctest.h>

#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

GenerationRequest lofi() {
  GenerationRequest request;
  request.prompt = "lofi hip hop";
  request.genre = "rock";
  request.mood = "calm";
  request.key = "C minor";
  request.instruments = {"piano"};
  request.tempo = 120.0;
  return request;
}

std::string text(GenerationRequest request, const char* name) {
  request.template_name = name;
  return conditioning_text(request);
}

}  // namespace

TEST_CASE("audiocraft's form: description, bpm, key, genre, moods, instrument") {
  CHECK(text(lofi(), "audiocraft") ==
        "lofi hip hop. bpm: 120.0. key: c minor. genre: rock. moods: calm. instrument: piano");
}

TEST_CASE("audiocraft's form leaves out what was not asked for") {
  GenerationRequest request;
  request.prompt = "lofi hip hop";
  request.tempo = 84.5;
  CHECK(text(request, "audiocraft") == "lofi hip hop. bpm: 84.5");
  request.tempo = TempoWord::slow;
  CHECK(text(request, "audiocraft") == "lofi hip hop. bpm: slow");
  request.tempo.reset();
  request.instruments = {"piano", "bass"};
  CHECK(text(request, "audiocraft") == "lofi hip hop. instrument: piano, bass");
  request.key = "F# major";
  CHECK(text(request, "audiocraft") == "lofi hip hop. key: f# major. instrument: piano, bass");
}

TEST_CASE("a prompt that ends in full stops gets no second one") {
  GenerationRequest request = lofi();
  request.prompt = "Lofi hip hop...";
  CHECK(text(request, "audiocraft").starts_with("Lofi hip hop. bpm: 120.0"));
  request.prompt = "Lofi. Hip hop.";
  CHECK(text(request, "natural").starts_with("Lofi. Hip hop, rock genre"));
  request.prompt = ".....";
  CHECK(text(request, "audiocraft").starts_with("bpm: 120.0. key"));
}

TEST_CASE("a prompt that stands alone is the text, unchanged") {
  GenerationRequest request;
  request.prompt = "Lofi hip hop.";
  for (const auto& name : prompt_templates()) CHECK(text(request, name.c_str()) == "Lofi hip hop.");
}

TEST_CASE("the natural form reads as English") {
  GenerationRequest request = lofi();
  CHECK(text(request, "natural") ==
        "lofi hip hop, rock genre, calm mood, featuring piano, 120 BPM, in C minor");
  request.instruments = {"piano", "bass"};
  request.tempo = 84.5;
  CHECK(text(request, "natural") ==
        "lofi hip hop, rock genre, calm mood, featuring piano and bass, 84.5 BPM, in C minor");
  request.instruments = {"piano", "bass", "drums"};
  request.tempo = TempoWord::fast;
  CHECK(text(request, "natural") ==
        "lofi hip hop, rock genre, calm mood, featuring piano, bass and drums, fast tempo, "
        "in C minor");
}

TEST_CASE("the raw form is the prompt whatever else was asked for") {
  CHECK(text(lofi(), "raw") == "lofi hip hop");
}

TEST_CASE("an unknown template is refused") {
  GenerationRequest request = lofi();
  request.template_name = "haiku";
  const auto error = thrown([&] { conditioning_text(request); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
}
