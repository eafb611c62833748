// From settings to a job.
#include <doctest/doctest.h>

#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

GenerateJob job_of(FlagValues flags) {
  flags.emplace("duration", std::vector<std::string>{"0.5"});
  return make_generate_job(resolve_settings(generate_flags(), flags, Environment({}), {}));
}

std::string refusal(const FlagValues& flags) {
  const auto error = thrown([&] { job_of(flags); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  return error->sentence();
}

}  // namespace

TEST_CASE("every field of a request is a flag of the same name") {
  const GenerateJob job = job_of({{"prompt", {"calm piano"}},
                                  {"genre", {"jazz"}},
                                  {"mood", {"calm"}},
                                  {"instruments", {"piano, bass"}},
                                  {"key", {"C minor"}},
                                  {"tempo", {"slow"}},
                                  {"seed", {"5"}},
                                  {"count", {"2"}},
                                  {"temperature", {"0.5"}},
                                  {"top-k", {"3"}},
                                  {"top-p", {"0.5"}},
                                  {"guidance", {"2"}},
                                  {"greedy", {"true"}},
                                  {"template", {"raw"}},
                                  {"id", {"a"}},
                                  {"owner", {"me"}},
                                  {"tags", {"x"}}});
  const GenerationRequest& request = job.request;
  CHECK(request.prompt == "calm piano");
  CHECK(request.genre == "jazz");
  CHECK(request.mood == "calm");
  CHECK(request.instruments == std::vector<std::string>{"piano", "bass"});
  CHECK(request.key == "C minor");
  CHECK(std::get<TempoWord>(*request.tempo) == TempoWord::slow);
  CHECK(request.duration_s == 0.5);
  CHECK(request.seed == 5);
  CHECK(request.count == 2);
  CHECK(request.temperature == 0.5);
  CHECK(request.top_k == 3);
  CHECK(request.top_p == 0.5);
  CHECK(request.guidance == 2);
  CHECK(request.greedy == true);
  CHECK(request.template_name == "raw");
  CHECK(request.id == "a");
  CHECK(request.owner == "me");
  CHECK(request.tags == std::vector<std::string>{"x"});
}

TEST_CASE("nothing said means the defaults of the struct") {
  const GenerationRequest standard;
  const GenerateJob job = make_generate_job(
      resolve_settings(generate_flags(), {{"prompt", {"calm piano"}}}, Environment({}), {}));
  CHECK(job.request.duration_s == standard.duration_s);
  CHECK(job.request.count == standard.count);
  CHECK_FALSE(job.request.seed);
  CHECK_FALSE(job.request.tempo);
  CHECK_FALSE(job.request.temperature);
}

TEST_CASE("there is exactly one prompt") {
  CHECK(refusal({}) == "prompt: none was given");
  CHECK(refusal({{"prompt", {"calm piano"}}, {"prompt-file", {"p.txt"}}})
            .starts_with("prompt: given twice"));
  CHECK(refusal({{"prompt", {"abcd"}}}).starts_with("prompt: "));
  CHECK(job_of({{"prompt", {"-"}}}).prompt.file == "-");
  CHECK(job_of({{"prompt-file", {"p.txt"}}}).prompt.file == "p.txt");
}

TEST_CASE("a longer prompt is allowed when asked for") {
  const std::string longer(501, 'p');
  CHECK(refusal({{"prompt", {longer}}}).starts_with("prompt: "));
  CHECK(job_of({{"prompt", {longer}}, {"max-prompt-chars", {"501"}}}).request.prompt == longer);
}
