// The two reports of generate_plan.h: what --dry-run prints.
#include <fmt/format.h>

#include "cli/generate_plan.h"
#include "cli/model_report.h"
#include "lib/json/strict_json.h"
#include "lib/prompt_text.h"
#include "lib/request_json.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

std::vector<std::string> file_names(const TrackFiles& files) {
  std::vector<std::string> names{files.audio.string()};
  if (files.tokens) names.push_back(files.tokens->string());
  if (files.metadata) names.push_back(files.metadata->string());
  return names;
}

Json tracks_array(const GeneratePlan& plan, const ModelInfo& model) {
  Json tracks = Json::array();
  for (const PlannedTrack& track : plan.tracks) {
    Json entry = {{"id", track.order.id}, {"seed", track.order.seed}};
    if (plan.writes_files) entry["files"] = file_names(track.files);
    entry["effective"] = request_object(effective_request(track.order, model));
    tracks.push_back(std::move(entry));
  }
  return tracks;
}

Json settings_object(const GenerateJob& job) {
  Json settings = Json::object();
  for (const auto& [field, setting] : job.settings)
    if (!setting.text.empty())
      settings[field] = {{"value", setting.text}, {"origin", setting.origin}};
  return settings;
}

}  // namespace

std::string plan_text(const GenerateJob& job, const GeneratePlan& plan, const ModelInfo& model) {
  std::string text = "model     " + model_line(model) + "\n";
  text += "text      " + escaped(conditioning_text(job.request)) + "\n";
  for (const PlannedTrack& track : plan.tracks) {
    text +=
        fmt::format("track     {}, seed {}, {} s, {} frames\n", track.order.id, track.order.seed,
                    job.request.duration_s, frames_for(job.request.duration_s, model));
    if (!plan.writes_files) continue;
    for (const auto& name : file_names(track.files)) text += "  file    " + escaped(name) + "\n";
  }
  text += "settings\n";
  for (const auto& [field, setting] : job.settings)
    if (!setting.text.empty())
      text += fmt::format("  {:17} {:22} {}\n", field, shortened(setting.text, 60), setting.origin);
  return text;
}

std::string plan_json(const GenerateJob& job, const GeneratePlan& plan, const ModelInfo& model) {
  Json report = {{"request", request_object(job.request)},
                 {"conditioning_text", conditioning_text(job.request)},
                 {"tracks", tracks_array(plan, model)},
                 {"model", model_object(model)},
                 {"device", job.machine.runtime.device},
                 {"precision", job.machine.runtime.precision},
                 {"settings", settings_object(job)}};
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cadenza
