#include "models/musicgen/musicgen_generator.h"

#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/error.h"
#include "models/musicgen/decode_loop.h"
#include "models/torch_errors.h"

namespace cadenza {

namespace {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

at::Tensor codes_tensor(const Tokens& tokens) {
  at::Tensor codes = at::empty({1, tokens.num_codebooks, tokens.num_frames}, at::kLong);
  std::copy(tokens.codes.begin(), tokens.codes.end(), codes.data_ptr<std::int64_t>());
  return codes;
}

// (1, C, N) -> frame by frame
AudioBuffer interleaved(const at::Tensor& waveform, int sample_rate_hz) {
  const at::Tensor frames = waveform[0].to(at::kCPU, at::kFloat).transpose(0, 1).contiguous();
  const float* samples = frames.const_data_ptr<float>();
  return {sample_rate_hz, static_cast<int>(waveform.size(1)), {samples, samples + frames.numel()}};
}

void expect_fits(const TrackRequest& request, const ModelInfo& model) {
  if (request.num_frames >= 1 && request.num_frames <= model.window_frames) return;
  fail(ErrorKind::usage,
       "expected 1 to " + std::to_string(model.window_frames) + " frames, what " + model.name +
           " makes in one go, found " + std::to_string(request.num_frames),
       "ask for a shorter duration");
}

}  // namespace

MusicgenGenerator::MusicgenGenerator(std::shared_ptr<const Checkpoint> checkpoint,
                                     LoadingWeights& weights, RuntimeInfo runtime)
    : checkpoint_(std::move(checkpoint)),
      runtime_(std::move(runtime)),
      device_(runtime_.device),
      conditioner_(checkpoint_->config(), weights, checkpoint_->sentencepiece_model(), device_),
      language_model_(checkpoint_->config().decoder, weights, device_, runtime_.precision),
      codec_(checkpoint_->config().codec, weights, device_, /*with_encoder=*/false) {
  runtime_.load_s = weights.finish();
}

Track MusicgenGenerator::generate(const TrackRequest& request, ProgressReporter& progress,
                                  const StopFlag& stop) {
  expect_fits(request, model());
  return with_our_errors([&] {
    const c10::InferenceMode guard;
    Track track;
    const Conditioning text = encode_text(request, track, progress);
    decode_tokens_of(request, text, track, progress, stop);
    decode_audio(track, progress);
    return track;
  });
}

Conditioning MusicgenGenerator::encode_text(const TrackRequest& request, Track& track,
                                            ProgressReporter& progress) {
  const Stopwatch stopwatch;
  progress.begin("text", 1);
  Conditioning text = conditioner_.encode(request.conditioning_text);
  progress.advance(1);
  progress.end();
  track.text_tokens = text.ids;
  track.stats.text_s = stopwatch.seconds();
  return text;
}

void MusicgenGenerator::decode_tokens_of(const TrackRequest& request, const Conditioning& text,
                                         Track& track, ProgressReporter& progress,
                                         const StopFlag& stop) {
  const Stopwatch stopwatch;
  const DecoderConfig& config = checkpoint_->config().decoder;
  const auto num_codebooks = static_cast<int>(config.num_codebooks);
  const DelayPattern pattern(num_codebooks, static_cast<int>(config.num_channels),
                             request.num_frames);
  DecodeResult result =
      decode_tokens(language_model_,
                    {text.context, text.mask, pattern, request.sampling, {{request.seed, {}}}, {}},
                    progress, stop);
  track.tokens = {num_codebooks, request.num_frames, std::move(result.codes.front())};
  track.stats.num_steps = result.num_steps;
  track.stats.decode_s = stopwatch.seconds();
}

void MusicgenGenerator::decode_audio(Track& track, ProgressReporter& progress) {
  const Stopwatch stopwatch;
  progress.begin("codec", 1);
  const at::Tensor codes = codes_tensor(track.tokens).to(device_);
  const bool is_stereo = checkpoint_->config().decoder.num_channels == 2;
  track.audio = interleaved(is_stereo ? codec_.decode_stereo(codes) : codec_.decode(codes),
                            model().sample_rate_hz);
  progress.advance(1);
  progress.end();
  track.stats.codec_s = stopwatch.seconds();
}

}  // namespace cadenza
