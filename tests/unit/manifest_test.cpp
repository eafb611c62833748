#include "lib/batch/manifest.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/temp_folder.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

// A manifest read from text; the file is gone afterwards, the rows are not.
Manifest read(const std::string& name, const std::string& text, ManifestOptions options = {}) {
  const TempFolder folder;
  std::ofstream(folder.path() / name, std::ios::binary) << text;
  Manifest manifest = read_manifest(folder.path() / name, options);
  for (std::string& fault : manifest.faults) fault.erase(0, fault.find(name));
  return manifest;
}

std::string first_fault(const Manifest& manifest) {
  return manifest.faults.empty() ? "" : manifest.faults.front();
}

GenerationRequest request(const Manifest& manifest, std::size_t row) {
  return manifest.values(manifest.rows.at(row)).request;
}

const std::string kRow = R"({"id":"a","prompt":"calm piano"})";

}  // namespace

TEST_CASE("the same rows come out of every format") {
  const std::pair<const char*, const char*> sources[] = {
      {"m.jsonl",
       "{\"id\":\"a\",\"prompt\":\"calm piano\",\"tempo\":84.5,\"priority\":2,"
       "\"instruments\":[\"harp\",\"oboe\"],\"format\":\"mp3\"}\n"},
      {"m.json",
       "[{\"id\":\"a\",\"prompt\":\"calm piano\",\"tempo\":84.5,\"priority\":2,"
       "\"instruments\":\"harp,oboe\",\"format\":\"mp3\"}]"},
      {"m.csv",
       "id,prompt,tempo,priority,instruments,format\r\n"
       "a,calm piano,84.5,2,\"harp,oboe\",mp3\r\n"},
      {"m.tsv",
       "id\tprompt\ttempo\tpriority\tinstruments\tformat\n"
       "a\tcalm piano\t84.5\t2\tharp,oboe\tmp3\n"},
      {"m.yaml",
       "- id: a\n  prompt: calm piano\n  tempo: 84.5\n  priority: 2\n"
       "  instruments: [harp, oboe]\n  format: mp3\n"}};
  for (const auto& [name, text] : sources) {
    CAPTURE(name);
    const Manifest manifest = read(name, text);
    CHECK(first_fault(manifest) == "");
    REQUIRE(manifest.rows.size() == 1);
    CHECK(manifest.rows[0].id() == "a");
    const RowValues values = manifest.values(manifest.rows[0]);
    CHECK(values.request.prompt == "calm piano");
    CHECK(std::get<double>(values.request.tempo.value()) == 84.5);
    CHECK(values.request.instruments == std::vector<std::string>{"harp", "oboe"});
    CHECK(values.priority == 2);
    CHECK(values.format == AudioFormat::mp3);
  }
}

TEST_CASE("a row goes over the manifest's defaults, and those over the command's") {
  ManifestOptions options;
  options.defaults.genre = "jazz";
  options.defaults.duration_s = 3;
  const Manifest manifest =
      read("m.json",
           R"({"defaults":{"duration":5,"mood":"calm"},"jobs":[{"prompt":"calm piano"},
          {"prompt":"loud drums","duration":7,"mood":"wild"}]})",
           options);
  CHECK(first_fault(manifest) == "");
  CHECK(request(manifest, 0).genre == "jazz");
  CHECK(request(manifest, 0).duration_s == 5);
  CHECK(request(manifest, 0).mood == "calm");
  CHECK(request(manifest, 1).duration_s == 7);
  CHECK(request(manifest, 1).mood == "wild");
}

TEST_CASE("request files of hosted services run unchanged") {
  ManifestOptions options{.model_names = {"facebook/musicgen-small"}};
  const Manifest manifest =
      read("m.jsonl",
           "{\"request_id\":\"r1\",\"userId\":\"u7\",\"prompt\":\"calm piano\",\"style\":\"lofi\","
           "\"duration_seconds\":4}\n"
           "{\"id\":\"r2\",\"prompt\":\"calm piano\",\"parameters\":{\"duration\":6,\"genre\":"
           "\"jazz\",\"tempo\":90,\"model\":\"facebook/musicgen-small\"}}\n",
           options);
  CHECK(first_fault(manifest) == "");
  CHECK(request(manifest, 0).id == "r1");
  CHECK(request(manifest, 0).owner == "u7");
  CHECK(request(manifest, 0).genre == "lofi");
  CHECK(request(manifest, 0).duration_s == 4);
  CHECK(request(manifest, 1).duration_s == 6);
  CHECK(std::get<double>(request(manifest, 1).tempo.value()) == 90);
}

TEST_CASE("parameters.model may only name the model in use") {
  const Manifest manifest = read(
      "m.jsonl", "{\"id\":\"a\",\"prompt\":\"calm piano\",\"parameters\":{\"model\":\"other\"}}");
  CHECK(first_fault(manifest) ==
        "m.jsonl:1: row 1 id=a: parameters.model: expected the model in use or none, found "
        "\"other\"");
}

TEST_CASE("a wrong value fails its row, named by file, line, row, id and field") {
  const Manifest manifest =
      read("m.jsonl", "\n" + kRow + "\n{\"tempo\":999,\"prompt\":\"calm piano\",\"id\":\"b\"}\n");
  CHECK_FALSE(manifest.is_refused);
  CHECK(manifest.rows.size() == 1);
  REQUIRE(manifest.invalid.size() == 1);
  CHECK(manifest.invalid[0].id == "b");
  CHECK(first_fault(manifest) ==
        "m.jsonl:3: row 2 id=b: tempo: expected 40..240 or slow|moderate|fast, found 999");
}

TEST_CASE("an unknown or forbidden field refuses the manifest and says why") {
  CHECK(first_fault(read("m.jsonl", R"({"promt":"calm piano"})")) ==
        "m.jsonl:1: row 1: promt: unknown field; did you mean prompt?");
  for (const char* field : {"model", "device", "upload", "config", "endpoint", "output"}) {
    const Manifest manifest =
        read("m.jsonl", "{\"prompt\":\"calm piano\",\"" + std::string(field) + "\":\"x\"}");
    CHECK(manifest.is_refused);
    CHECK(first_fault(manifest) == "m.jsonl:1: row 1: " + std::string(field) +
                                       ": a manifest may not choose this; give it to the command");
  }
}

TEST_CASE("a field given under two of its names is refused") {
  const Manifest manifest =
      read("m.jsonl", R"({"prompt":"calm piano","genre":"jazz","style":"lofi"})");
  CHECK(manifest.is_refused);
  CHECK(first_fault(manifest) == "m.jsonl:1: row 1: style: given twice, also under another name");
}

TEST_CASE("ids that differ in case only are one id, and both lines are named") {
  const Manifest manifest = read("m.jsonl", "{\"id\":\"Take\",\"prompt\":\"calm piano\"}\n" + kRow +
                                                "\n{\"id\":\"tAKE\",\"prompt\":\"calm piano\"}\n");
  CHECK(manifest.is_refused);
  CHECK(first_fault(manifest) == "m.jsonl:3: row 3: id: \"tAKE\" is also an id of line 1");
}

TEST_CASE("a count makes numbered ids, and these may not clash either") {
  const Manifest manifest = read("m.jsonl",
                                 "{\"id\":\"a\",\"count\":3,\"prompt\":\"calm piano\"}\n"
                                 "{\"id\":\"A_2\",\"prompt\":\"calm piano\"}\n");
  CHECK(first_fault(manifest) == "m.jsonl:2: row 2: id: \"A_2\" is also an id of line 1");
  const std::string long_id(126, 'a');
  CHECK(read("m.jsonl", "{\"id\":\"" + long_id + "\",\"count\":10,\"prompt\":\"calm piano\"}")
            .is_refused);
}

TEST_CASE("an id may not end in .error, because records of failures are called so") {
  CHECK(read("m.jsonl", R"({"id":"a.Error","prompt":"calm piano"})").is_refused);
}

TEST_CASE("all faults are counted and twenty are told") {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "{\"id\":\"r" + std::to_string(i) + "\",\"prompt\":\"abc\"}\n";
  const Manifest manifest = read("m.jsonl", text);
  CHECK(manifest.faults.size() == 20);
  CHECK(manifest.num_faults == 1000);
  CHECK(manifest.invalid.size() == 1000);
}

TEST_CASE("a line that is no JSON refuses the manifest with line and column") {
  const Manifest manifest = read("m.jsonl", kRow + "\n" + R"({"id":"b",})" + "\n");
  CHECK(manifest.is_refused);
  CHECK(first_fault(manifest).starts_with("m.jsonl:2:11: not valid JSON"));
}

TEST_CASE("an element of a JSON array is placed in its file") {
  const Manifest manifest = read("m.json", "[\n " + kRow + ",\n  {\"id\":\"b\" \"x\":1}]");
  CHECK(first_fault(manifest).starts_with("m.json:3:15: not valid JSON"));
  CHECK(first_fault(read("m.json", "[" + kRow + "] x")).starts_with("m.json:1:"));
  CHECK(read("m.json", "[" + kRow + ",]").is_refused);
  CHECK(read("m.json", "{\"jobs\":[" + kRow + "],\"defaults\":{}}").is_refused);
}

TEST_CASE("of YAML only lists of plain maps are taken") {
  for (const char* text :
       {"- &r\n  id: a\n", "- *r\n", "- id: !!str a\n", "%TAG ! tag:x,2000:\n---\n- id: a\n",
        "- id: a\n---\n- id: b\n", "- ? [id]\n  : a\n", "- [a]\n", "- a\n", "x: 1\n",
        "- id: a\n  id: b\n", "- id: a\n\tprompt: b\n", "- <<: {id: b}\n", "- {id: [[a]]}\n"})
    CHECK_MESSAGE(read("m.yaml", text).is_refused, text);
}

TEST_CASE("scalars of YAML are text until the field types them") {
  const auto fault = [](const std::string& line) {
    return first_fault(read("m.yaml", "- id: a\n  prompt: calm piano\n  " + line + "\n"));
  };
  CHECK(fault("tempo: 120") == "");
  for (const char* line : {"tempo: 1_20", "tempo: 0x78", "tempo: 2:00", "seed: 1e3",
                           "duration: .inf", "greedy: yes", "genre: ~"})
    CHECK_MESSAGE(fault(line) != "", line);
}

TEST_CASE("a folder of request files is a manifest, in the order of their names") {
  const TempFolder folder;
  std::ofstream(folder.path() / "2.json") << R"({"id":"b","prompt":"calm piano"})";
  std::ofstream(folder.path() / "1.json") << "{\n \"id\":\"a\",\n \"prompt\":\"calm piano\"\n}\n";
  std::ofstream(folder.path() / "notes.txt") << "not a request";
  const Manifest manifest = read_manifest(folder.path(), {});
  REQUIRE(manifest.rows.size() == 2);
  CHECK(manifest.rows[0].id() == "a");
  CHECK(manifest.rows[1].id() == "b");
}

TEST_CASE("what is no manifest is refused without reading it") {
  const TempFolder folder;
  CHECK(thrown([&] { read_manifest(folder.path() / "gone.jsonl", {}); })->kind() ==
        ErrorKind::not_found);
  CHECK(thrown([&] { read_manifest(folder.path(), {}); })->kind() == ErrorKind::usage);
  std::ofstream(folder.path() / "m.txt") << kRow;
  CHECK(thrown([&] { read_manifest(folder.path() / "m.txt", {}); })->kind() == ErrorKind::usage);
  std::filesystem::create_symlink("/dev/zero", folder.path() / "zero.jsonl");
  CHECK(thrown([&] { read_manifest(folder.path() / "zero.jsonl", {}); })->kind() ==
        ErrorKind::usage);
}

TEST_CASE("more rows than allowed are refused") {
  const Manifest manifest =
      read("m.jsonl", kRow + "\n{\"id\":\"b\",\"prompt\":\"calm piano\"}\n", {.max_rows = 1});
  CHECK(manifest.is_refused);
}
