#include "cli/generate_plan.h"

#include "cli/track_names.h"
#include "lib/request_id.h"

namespace cadenza {

namespace {

std::string request_id(const GenerationRequest& request, const ModelInfo& model) {
  return request.id ? *request.id : default_id(request, model.name + "\n" + model.revision);
}

PlannedTrack plan_track(const GenerateJob& job, const std::string& id, int index) {
  const GenerationRequest& request = job.request;
  PlannedTrack track;
  track.order.id = track_id(id, index, request.count);
  track.order.request = request;
  track.order.seed = track_seed(request.seed.value_or(0), index, request.count);
  track.order.finish = job.output.finish;
  track.order.encode = job.output.encode;
  track.order.embeds_prompt = job.output.embeds_prompt;
  if (!job.output.goes_to_stdout()) track.files = track_files(job.output, request, id, index);
  return track;
}

}  // namespace

GeneratePlan make_plan(const GenerateJob& job, const ModelInfo& model) {
  GeneratePlan plan{.writes_files = !job.output.goes_to_stdout(),
                    .overwrite = job.output.overwrite};
  const std::string id = request_id(job.request, model);
  for (int index = 0; index < job.request.count; ++index)
    plan.tracks.push_back(plan_track(job, id, index));
  expect_feasible(plan.tracks.front().order, model);
  return plan;
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
