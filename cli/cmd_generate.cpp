// `cadenza generate`: one track from words, or several variations.
#include <CLI/CLI.hpp>

#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/draw_seed.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/make_tracks.h"
#include "cli/model_report.h"
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
  job.prompt = make_prompt_source(settings);
  if (job.prompt.file.empty())
    set_field(job.request, "prompt", job.prompt.text, job.max_prompt_chars);
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
  if (!job.prompt.file.empty())
    set_field(job.request, "prompt", read_prompt(job.prompt.file), job.max_prompt_chars);
  validate(job.request, job.max_prompt_chars);
  expect_output_writable(job);
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
  context.console.detail("model: " + model_line(model));
  TerminalProgress progress(context.console);
  const auto generator =
      load_generator(checkpoint, job.machine.runtime_in(context.environment), progress);
  context.console.detail("device: " + runtime_line(generator->runtime()));
  if (job.output.writes_metadata)
    for (const auto hashes = file_hashes(*checkpoint); PlannedTrack & track : plan.tracks)
      track.order.model_files = hashes;
  make_tracks(plan, job.prints_json, *generator, context.console, progress, context.stop);
}

}  // namespace cadenza
