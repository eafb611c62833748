// What `cadenza generate` is about to do: the job as asked, then the plan with the model known.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/machine_options.h"
#include "cli/output_options.h"
#include "cli/prompt_source.h"
#include "cli/settings.h"
#include "lib/generator.h"
#include "lib/make_track.h"
#include "lib/request.h"

namespace cadenza {

struct GenerateJob {
  GenerationRequest request;  // its prompt is empty until it was read from `prompt`
  PromptSource prompt;
  int max_prompt_chars = kDefaultMaxPromptChars;
  OutputOptions output;
  MachineOptions machine;
  bool is_dry_run = false, prints_json = false;
  std::vector<std::pair<std::string, Setting>> settings;  // all of them, for --dry-run
};

struct PlannedTrack {
  TrackOrder order;
  TrackFiles files;
};

struct GeneratePlan {
  std::vector<PlannedTrack> tracks;
  bool writes_files = true;  // false: the audio goes to standard output
  Overwrite overwrite = Overwrite::no;
};

// seed: the request's, or the one drawn for it. Throws Error(usage): the model's window is too
// short for the duration, the format cannot take the sound, an expanded file name is not allowed.
GeneratePlan make_plan(const GenerateJob& job, const ModelInfo& model, std::uint64_t seed);

// Every file that the plan writes can be written: Error(usage, io) otherwise.
void expect_writable(const GeneratePlan& plan);

// The same for what --output names, before the model is known: a bad place is refused first of all.
// Also refuses audio on a terminal.
void expect_output_writable(const GenerateJob& job);

// The plan for people, and as one JSON object. Both end with a newline.
std::string plan_text(const GenerateJob& job, const GeneratePlan& plan, const ModelInfo& model);
std::string plan_json(const GenerateJob& job, const GeneratePlan& plan, const ModelInfo& model);

}  // namespace cadenza
