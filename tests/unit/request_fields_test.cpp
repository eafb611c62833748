// Every value a flag must refuse, and the edges it must accept.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/request.h"
#include "lib/text/utf8.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

constexpr std::size_t kLongestSentence = 280;  // a line has 300, "error: " included

void refuses(const std::string& field, const std::string& text) {
  CAPTURE(field);
  CAPTURE(text);
  GenerationRequest request;
  const auto error = thrown([&] { set_field(request, field, text); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  std::string spelled = field;
  for (char& c : spelled) c = c == '_' ? '-' : c;
  CHECK(error->sentence().starts_with(spelled + ": "));
  CHECK_FALSE(has_control_characters(error->sentence()));
  CHECK_FALSE(find_invalid_utf8(error->sentence()));
  CHECK(count_code_points(error->sentence()) <= kLongestSentence);
}

GenerationRequest with(const std::string& field, const std::string& text) {
  GenerationRequest request;
  set_field(request, field, text);
  return request;
}

std::string sentence(const std::string& field, const std::string& text) {
  GenerationRequest request;
  const auto error = thrown([&] { set_field(request, field, text); });
  return error ? error->sentence() : "";
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

const std::string kClef = "\xf0\x9d\x84\x9e";

}  // namespace

TEST_CASE("text that is no number is refused in every numeric field") {
  const std::vector<std::string> not_numbers = {
      "",     " ",   "nan", "inf",  "-inf", "1e999", std::string(400, '9'),
      "0x10", "1,5", "--",  "１０", "ten",  "5..10", "1 0",
      "null", "+1",  " 1",  "1 ",   "\xff", "-0"};
  for (const char* field :
       {"tempo", "duration", "seed", "temperature", "guidance", "top_k", "top_p", "count"})
    for (const auto& text : not_numbers) refuses(field, text);
}

TEST_CASE("numbers out of range are refused, and so is what looks like one") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"tempo", {"0",     "-1",    "-120",      "39",     "39.99", "241",  "240.01", "120bpm",
                 "brisk", "Slow!", "slow fast", "120/60", "12O",   "١٢٠",  "½",      "1_20",
                 "\xff",  "120\n", "Slow",      "SLOW",   " slow", "120=3"}},
      {"duration",
       {"0", "0.0", "-0", "-1", "-0.001", "300.0001", "301", "1e9", "1e-999", "10s", "1:30", ".",
        "-", "1e", "1e1e1", "10\xc3"}},
      {"seed",
       {"-1", "9223372036854775808", "18446744073709551616", "1.5", "1e3x", "0b1", "4_2", "--5",
        "random", "∞", "-9223372036854775808", "1e3", "1.0"}},
      {"temperature", {"-0.1", "-1", "5.01", "6", "1e10", "hot", "1.0.0", "1e-", "1e-999"}},
      {"guidance", {"-0.01", "20.5", "21", "1e2", "high", "3x"}},
      {"top_k", {"-1", "1.5", "250.5", "99999999999999999999", "all", "2147483648"}},
      {"top_p", {"-0.1", "1.01", "2", "90%", "0.9.", "half"}},
      {"count", {"0", "-1", "1.5", "99999999999", "many", "1001"}},
      {"greedy", {"", "1", "yes", "True"}},
      {"template", {"", "Audiocraft", "haiku"}}};
  for (const auto& [field, texts] : cases)
    for (const auto& text : texts) refuses(field, text);
}

TEST_CASE("words that are empty, too long, binary or no key are refused") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"key",
       {"", "Q major", "H#b", "C majorminor", "13", "C major; D minor", std::string(600, 'A'), "H",
        "Cmajor", "C#b", "C##", "C dorian", "null", "C\tminor", "C minor\n", "major"}},
      {"genre", {"", " ", std::string(2000, 'g'), "ja\x1b[2Jzz", "ja\xffzz", "jazz\n"}},
      {"mood",
       {"", std::string(2000, 'm'),
        "sa\x07"
        "d",
        "sa\xc0\xaf"
        "d"}},
      {"instruments",
       {"", ",,,", std::string(5000, 'i'),
        "pi\x1b"
        "ano",
        "piano,", ",piano", "piano,,bass", "piano, ,bass", repeated("a,", 16) + "a"}},
      {"tags", {"", "a,", "a\nb"}}};
  for (const auto& [field, texts] : cases)
    for (const auto& text : texts) refuses(field, text);
}

TEST_CASE("prompts that are too short, too long or no plain text are refused") {
  const std::vector<std::string> prompts = {"",
                                            "a",
                                            "abcd",
                                            repeated(kClef, 4),
                                            "   abcd   ",
                                            std::string(10, ' '),
                                            std::string(6, '\t'),
                                            std::string(501, 'p'),
                                            repeated("é", 501),
                                            std::string(100000, 'p'),
                                            "calm piano \x1b]0;owned\x07 music",
                                            "calm \x1b]52;c;cm0=\x07 piano",
                                            "calm \xc2\x9b"
                                            "31m piano",
                                            "calm\x07 piano",
                                            "calm piano\rmusic",
                                            "calm piano\n::error::forged",
                                            "calm \xff piano",
                                            "calm \xc0\xaf piano",
                                            "calm \xed\xa0\x80 piano",
                                            "calm piano \xe2\x82",
                                            "calm \xf4\x90\x80\x80 piano"};
  for (const auto& prompt : prompts) refuses("prompt", prompt);
}

TEST_CASE("ids that are no safe file name everywhere are refused") {
  for (const char* id : {"",
                         ".",
                         "..",
                         "../x",
                         "a/b",
                         "/etc/cron.d/x",
                         "\\\\host\\share",
                         "C:\\x",
                         "C:x",
                         "a\\b",
                         "-rf",
                         "--help",
                         ".hidden",
                         "con",
                         "CON",
                         "nul.txt",
                         "COM1",
                         "lpt9.wav",
                         "aux.",
                         "a.",
                         "a ",
                         " a",
                         "a\nb",
                         "a\tb",
                         "a\x1b[2Jb",
                         "a\u202eb",
                         "a\u200bb",
                         "café",
                         "%2e%2e%2fx",
                         "~root",
                         "$HOME",
                         "a*b",
                         "a:b",
                         "a|b",
                         "::error::x"}) {
    refuses("id", id);
    refuses("owner", id);
  }
  refuses("id", std::string(129, 'a'));
  for (const char* id : {"a", "0", "take-1_final.v2", "console", "com", "com10", "lpt", "nul_1"})
    CHECK(with("id", id).id == id);
  CHECK(with("id", std::string(128, 'a')).id->size() == 128);
}

TEST_CASE("the edges of every range are accepted") {
  CHECK(std::get<double>(*with("tempo", "40").tempo) == 40);
  CHECK(std::get<double>(*with("tempo", "240").tempo) == 240);
  CHECK(std::get<double>(*with("tempo", "84.5").tempo) == 84.5);
  CHECK(std::get<TempoWord>(*with("tempo", "moderate").tempo) == TempoWord::moderate);
  CHECK(with("duration", "300").duration_s == 300);
  CHECK(with("duration", "0.5").duration_s == 0.5);
  CHECK(with("seed", "0").seed == 0u);
  CHECK(with("seed", "9223372036854775807").seed == 9223372036854775807u);
  CHECK(with("count", "1").count == 1);
  CHECK(with("count", "1000").count == 1000);
  CHECK(with("temperature", "0").temperature == 0);
  CHECK(with("temperature", "5").temperature == 5);
  CHECK(with("guidance", "0").guidance == 0);
  CHECK(with("guidance", "20").guidance == 20);
  CHECK(with("top_k", "0").top_k == 0);
  CHECK(with("top_p", "0").top_p == 0);
  CHECK(with("top_p", "1").top_p == 1);
  CHECK(with("greedy", "true").greedy == true);
  CHECK(with("greedy", "false").greedy == false);
  CHECK(with("template", "raw").template_name == "raw");
}

TEST_CASE("prompts are trimmed and measured in characters") {
  CHECK(with("prompt", "piano").prompt == "piano");
  CHECK(with("prompt", "  calm piano\n").prompt == "calm piano");
  CHECK(with("prompt", repeated(kClef, 5)).prompt == repeated(kClef, 5));
  CHECK(with("prompt", repeated("é", 500)).prompt.size() == 1000);
  GenerationRequest request;
  CHECK_NOTHROW(set_field(request, "prompt", std::string(900, 'p'), 900));
}

TEST_CASE("a key is kept in one normal form") {
  const std::vector<std::pair<std::string, std::string>> cases = {{"C minor", "C minor"},
                                                                  {"F# major", "F# major"},
                                                                  {"Bb", "Bb"},
                                                                  {"c MINOR", "C minor"},
                                                                  {"f#  Major", "F# major"},
                                                                  {"bb", "Bb"},
                                                                  {"b", "B"},
                                                                  {"BB MINOR", "Bb minor"},
                                                                  {" A ", "A"},
                                                                  {"G#", "G#"},
                                                                  {"eB", "Eb"}};
  for (const auto& [typed, kept] : cases) CHECK(with("key", typed).key == kept);
}

TEST_CASE("lists are split at commas and trimmed") {
  CHECK(with("instruments", "piano, double bass ,drums").instruments ==
        std::vector<std::string>{"piano", "double bass", "drums"});
  CHECK(with("instruments", repeated("a,", 15) + "a").instruments.size() == 16);
  CHECK(with("tags", "demo").tags == std::vector<std::string>{"demo"});
}

TEST_CASE("messages name field, expectation and finding") {
  CHECK(sentence("tempo", "brisk") ==
        "tempo: expected 40..240 or slow|moderate|fast, found \"brisk\"");
  CHECK(sentence("top_k", "all") ==
        "top-k: expected an integer from 0 to 2147483647, found \"all\"");
  CHECK(sentence("prompt", "abcd") == "prompt: expected 5..500 characters, found 4");
  CHECK(sentence("prompt", "calm \x1b[2J") ==
        "prompt: expected text without control characters, found U+001B at character 6");
  CHECK(sentence("template", "haiku") ==
        "template: expected audiocraft|natural|raw, found \"haiku\"");
}

TEST_CASE("an unknown field is refused with the nearest known one") {
  CHECK(sentence("tempoo", "1") == "tempoo: unknown field; did you mean tempo?");
  CHECK(sentence("Prompt", "calm piano") == "Prompt: unknown field; did you mean prompt?");
  CHECK(sentence("top-k", "1") == "top-k: unknown field; did you mean top_k?");
  CHECK(sentence("endpoint", "x") == "endpoint: unknown field");
  CHECK(sentence("x\x1b]0;t\x07", "x") == "x\\u{1b}]0;t\\u{7}: unknown field");
}

TEST_CASE("every field of the list can be set") {
  for (const auto& field : request_fields()) {
    CAPTURE(field);
    CHECK(sentence(field, "\xff").find("unknown") == std::string::npos);
  }
}
