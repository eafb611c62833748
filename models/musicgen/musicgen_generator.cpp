#include "models/musicgen/musicgen_generator.h"

#include <c10/core/InferenceMode.h>

#include <string>
#include <utility>

#include "lib/error.h"
#include "models/musicgen/decode_loop.h"
#include "models/musicgen/packed_tracks.h"
#include "models/stopwatch.h"
#include "models/torch_errors.h"

namespace cadenza {

void expect_fits(const TrackRequest& request, const ModelInfo& model) {
  if (request.num_frames >= 1 && request.num_frames <= model.window_frames) return;
  fail(ErrorKind::usage,
       "expected 1 to " + std::to_string(model.window_frames) + " frames, what " + model.name +
           " makes in one go, found " + std::to_string(request.num_frames),
       "ask for a shorter duration");
}

MusicgenGenerator::MusicgenGenerator(std::shared_ptr<const Checkpoint> checkpoint,
                                     LoadingWeights& weights, RuntimeInfo runtime, PackCache* packs)
    : runtime_(std::move(runtime)), stages_(std::move(checkpoint), weights, runtime_, packs) {
  runtime_.load_s = weights.finish();
}

Track MusicgenGenerator::generate(const TrackRequest& request, ProgressReporter& progress,
                                  const StopFlag& stop) {
  expect_fits(request, model());
  return with_our_errors([&] {
    const c10::InferenceMode guard;
    Track track;
    progress.begin("text", 1);
    const Conditioning text = stages_.encode_text(request, track);
    progress.end();
    const Stopwatch stopwatch;
    if (CpuDecoder* decoder = stages_.packed_decoder())
      decode_packed(*decoder, request, text, track, progress, stop);
    else
      decode_in_step(request, text, track, progress, stop);
    track.stats.decode_s = stopwatch.seconds();
    progress.begin("codec", 1);
    stages_.decode_audio(track);
    progress.end();
    return track;
  });
}

void MusicgenGenerator::generate_all(TrackQueue& queue, int max_tracks, ProgressReporter& progress,
                                     const StopFlag& stop) {
  if (!stages_.packed_decoder() || max_tracks == 1)
    return Generator::generate_all(queue, max_tracks, progress, stop);
  PackedTracks(stages_, queue, max_tracks).run(progress, stop);
}

void MusicgenGenerator::decode_packed(CpuDecoder& decoder, const TrackRequest& request,
                                      const Conditioning& text, Track& track,
                                      ProgressReporter& progress, const StopFlag& stop) {
  PackedDecode decode(decoder, stages_.decoder_config(), 1);
  stages_.begin(decode, 0, request, text);
  progress.begin("decode", decode.num_steps(0));
  while (!decode.is_complete(0)) {
    stop.throw_if_requested();
    decode.step();
    if (decode.failure(0)) throw Error(*decode.failure(0));
    progress.advance(decode.steps_done(0));
  }
  stop.throw_if_requested();
  progress.end();
  stages_.take_tokens(decode, 0, track);
}

void MusicgenGenerator::decode_in_step(const TrackRequest& request, const Conditioning& text,
                                       Track& track, ProgressReporter& progress,
                                       const StopFlag& stop) {
  DecodeResult result = decode_tokens(stages_.language_model(),
                                      {text.context,
                                       text.mask,
                                       stages_.pattern_for(request),
                                       request.sampling,
                                       {{request.seed, {}}},
                                       {}},
                                      progress, stop);
  track.tokens = {static_cast<int>(stages_.decoder_config().num_codebooks), request.num_frames,
                  std::move(result.codes.front())};
  track.stats.num_steps = result.num_steps;
}

}  // namespace cadenza
