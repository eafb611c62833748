#include "cli/make_tracks.h"

#include <fmt/format.h>

#include <cmath>

#include "lib/json/strict_json.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

std::string loudness_words(const LoudnessMeasure& loudness) {
  if (!std::isfinite(loudness.integrated_lufs)) return "silent";
  return fmt::format("{:.1f} LUFS", loudness.integrated_lufs);
}

// "song.wav: 10.00 s, seed 42, -14.0 LUFS, made in 3.2 s (3.1 x real time)"
std::string summary(const std::string& name, const Sidecar& sidecar) {
  const double took_s = sidecar.generation_time_s;
  return fmt::format("{}: {:.2f} s, seed {}, {}, made in {:.1f} s ({:.1f} x real time)",
                     shown_path(name), sidecar.duration_s, sidecar.seed,
                     loudness_words(sidecar.loudness), took_s,
                     took_s > 0 ? sidecar.duration_s / took_s : 0);
}

std::string one_line(const Sidecar& sidecar) {
  return Json::parse(to_json(sidecar)).dump(-1, ' ', false) + "\n";
}

void deliver(const RenderedTrack& track, const PlannedTrack& planned, const GeneratePlan& plan,
             bool prints_json, Console& console) {
  if (!plan.writes_files) {
    console.print(track.audio_bytes);
    return console.note(summary("standard output", track.sidecar));
  }
  const Sidecar sidecar = publish_track(track, planned.files, plan.overwrite);
  const std::string path = planned.files.audio.string();
  console.print(prints_json ? one_line(sidecar) : path + "\n");
  console.note(summary(path, sidecar));
}

}  // namespace

void make_tracks(const GeneratePlan& plan, bool prints_json, Generator& generator, Console& console,
                 TerminalProgress& progress, const StopFlag& stop) {
  const std::size_t count = plan.tracks.size();
  for (std::size_t i = 0; i < count; ++i) {
    stop.throw_if_requested();
    if (count > 1) progress.set_prefix(fmt::format("track {} of {}", i + 1, count));
    const PlannedTrack& planned = plan.tracks[i];
    const RenderedTrack track = render_track(generator, planned.order, progress, stop);
    deliver(track, planned, plan, prints_json, console);
  }
  console.expect_delivered();
}

}  // namespace cadenza
