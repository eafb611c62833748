#include "cli/generate_plan.h"

#include <unistd.h>

#include "cli/track_names.h"
#include "lib/error.h"
#include "lib/request_id.h"

namespace cadenza {

namespace {

std::string request_id(const GenerationRequest& seeded, const ModelInfo& model) {
  return seeded.id ? *seeded.id : default_id(seeded, model.name + "\n" + model.revision);
}

// seeded: the request with its seed, drawn or given; the record keeps what was asked.
PlannedTrack plan_track(const GenerateJob& job, const GenerationRequest& seeded,
                        const std::string& id, int index) {
  PlannedTrack track;
  track.order.id = track_id(id, index, seeded.count);
  track.order.request = job.request;
  track.order.seed = track_seed(*seeded.seed, index, seeded.count);
  track.order.finish = job.output.finish;
  track.order.encode = job.output.encode;
  track.order.embeds_prompt = job.output.embeds_prompt;
  if (!job.output.goes_to_stdout()) track.files = track_files(job.output, seeded, id, index);
  return track;
}

}  // namespace

GeneratePlan make_plan(const GenerateJob& job, const ModelInfo& model, std::uint64_t seed) {
  GeneratePlan plan{.writes_files = !job.output.goes_to_stdout(),
                    .overwrite = job.output.overwrite};
  GenerationRequest seeded = job.request;
  seeded.seed = seed;
  const std::string id = request_id(seeded, model);
  for (int index = 0; index < seeded.count; ++index)
    plan.tracks.push_back(plan_track(job, seeded, id, index));
  expect_feasible(plan.tracks.front().order, model);
  return plan;
}

void expect_output_writable(const GenerateJob& job) {
  if (job.output.goes_to_stdout() && !job.is_dry_run && ::isatty(STDOUT_FILENO) == 1)
    fail(ErrorKind::usage, "output: audio is not written to a terminal",
         "pipe it to a program or name a file");
  if (job.output.file.empty() || job.output.goes_to_stdout()) return;
  GeneratePlan plan{.overwrite = job.output.overwrite};
  for (int index = 0; index < job.request.count; ++index)
    plan.tracks.push_back({{}, track_files(job.output, job.request, "", index)});
  expect_writable(plan);
}

void expect_writable(const GeneratePlan& plan) {
  if (!plan.writes_files) return;
  for (const PlannedTrack& track : plan.tracks) {
    expect_publishable(track.files.audio, plan.overwrite);
    if (track.files.tokens) expect_publishable(*track.files.tokens, plan.overwrite);
    if (track.files.metadata) expect_publishable(*track.files.metadata, plan.overwrite);
  }
}

}  // namespace cadenza
