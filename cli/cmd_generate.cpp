// `cadenza generate`: one track from words, or several variations.
#include <sys/random.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/make_tracks.h"
#include "cli/prompt_source.h"
#include "cli/track_names.h"
#include "cli/values.h"
#include "models/load.h"

namespace cadenza {

namespace {

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza generate \"calm piano over soft rain\"\n"
    "  cadenza generate \"lofi beat\" --genre lofi --tempo 84 --duration 8 -o beat.mp3\n"
    "  cadenza generate \"driving techno\" --count 4 --seed 7 --out-dir takes --json\n"
    "  echo \"slow strings, sad\" | cadenza generate - -o - | ffplay -i -\n"
    "\n"
    "Makes a track from words, or --count variations of it.";

// 63 bits, so that every language's signed integers can hold what is recorded.
std::uint64_t draw_seed() {
  std::uint64_t seed = 0;
  if (::getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed))
    fail(ErrorKind::io, "drawing a seed: the system gives no random bytes", "give --seed N");
  return seed >> 1;
}

// Where the prompt is comes from three flags; "-" in place of a prompt means standard input.
void read_prompt_flags(const Settings& settings, GenerateJob& job) {
  const bool has_file = settings.is_given("prompt_file");
  if (has_file && settings.is_given("prompt"))
    fail(ErrorKind::usage, "prompt: given twice, as text and as --prompt-file", "give it once");
  if (!has_file && !settings.is_given("prompt"))
    fail(ErrorKind::usage, "prompt: none was given", "say what to play: cadenza generate \"...\"");
  const std::string prompt = settings.text_or("prompt", "-");
  if (prompt == "-") {
    job.prompt_file = settings.text_or("prompt_file", "-");
    if (job.prompt_file.empty()) fail(ErrorKind::usage, "prompt-file: the file name is empty");
  } else {
    set_field(job.request, "prompt", prompt, job.max_prompt_chars);
  }
}

void complete_prompt(GenerateJob& job) {
  if (!job.prompt_file.empty())
    set_field(job.request, "prompt", read_prompt(job.prompt_file), job.max_prompt_chars);
  validate(job.request, job.max_prompt_chars);
}

// --output names the files before the model is known; a bad place is refused first of all.
void expect_named_output_writable(const GenerateJob& job) {
  if (job.output.goes_to_stdout() && !job.is_dry_run && ::isatty(STDOUT_FILENO) == 1)
    fail(ErrorKind::usage, "output: audio is not written to a terminal",
         "pipe it to a program or name a file");
  if (job.output.file.empty() || job.output.goes_to_stdout()) return;
  GeneratePlan plan{.overwrite = job.output.overwrite};
  for (int index = 0; index < job.request.count; ++index)
    plan.tracks.push_back({{}, track_files(job.output, job.request, "", index)});
  expect_writable(plan);
}

}  // namespace

void add_generate(CLI::App& root) {
  CLI::App* command = root.add_subcommand("generate", kHelp);
  command->footer(exit_code_table());
  add_flags(*command, generate_flags());
}

GenerateJob make_generate_job(const Settings& settings) {
  GenerateJob job;
  settings.read("max_prompt_chars", [&](const std::string& text) {
    job.max_prompt_chars = expect_integer("max-prompt-chars", text, 5, 1000000);
  });
  read_prompt_flags(settings, job);
  for (const auto& field : request_fields())
    if (field != "prompt")
      settings.read(field, [&](const std::string& text) { set_field(job.request, field, text); });
  job.output = make_output_options(settings);
  job.machine = make_machine_options(settings);
  job.is_dry_run = settings.is_on("dry_run");
  job.prints_json = settings.is_on("json");
  job.settings = settings.listed();
  return job;
}

void run_generate(GenerateJob job, Context& context) {
  complete_prompt(job);
  expect_named_output_writable(job);
  const auto checkpoint = open_checkpoint(job.machine.model, {hub_cache_path(context.environment)});
  const ModelInfo& model = describe(*checkpoint);
  const std::uint64_t seed = job.request.seed ? *job.request.seed : draw_seed();
  GeneratePlan plan = make_plan(job, model, seed);
  expect_writable(plan);
  if (job.is_dry_run) {
    context.console.print(job.prints_json ? plan_json(job, plan, model)
                                          : plan_text(job, plan, model));
    return context.console.expect_delivered();
  }
  TerminalProgress progress(context.console);
  const auto generator = load_generator(checkpoint, job.machine.runtime, progress);
  if (job.output.writes_metadata)
    for (const auto hashes = file_hashes(*checkpoint); PlannedTrack & track : plan.tracks)
      track.order.model_files = hashes;
  make_tracks(plan, job.prints_json, *generator, context.console, progress, context.stop);
}

}  // namespace cadenza
