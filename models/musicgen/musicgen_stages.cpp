#include "models/musicgen/musicgen_stages.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

#include "models/stopwatch.h"

namespace cadenza {

namespace {

// A long batch may have as many prompts as rows; the states of one take 4 D bytes a token.
constexpr std::size_t kMostKnownTexts = 256;

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

}  // namespace

MusicgenStages::MusicgenStages(std::shared_ptr<const Checkpoint> checkpoint,
                               LoadingWeights& weights, const RuntimeInfo& runtime,
                               PackCache* packs)
    : checkpoint_(std::move(checkpoint)),
      device_(runtime.device),
      conditioner_(checkpoint_->config(), weights, checkpoint_->sentencepiece_model(), device_),
      language_model_(checkpoint_->config().decoder, weights, device_, runtime.precision,
                      DecoderKind::fastest, packs),
      codec_(checkpoint_->config().codec, weights, device_, /*with_encoder=*/false) {}

DelayPattern MusicgenStages::pattern_for(const TrackRequest& request) const {
  return {static_cast<int>(decoder_config().num_codebooks),
          static_cast<int>(decoder_config().num_channels), request.num_frames};
}

Conditioning MusicgenStages::encode_text(const TrackRequest& request, Track& track) {
  const Stopwatch stopwatch;
  auto known = known_texts_.find(request.conditioning_text);
  if (known == known_texts_.end()) {
    if (known_texts_.size() == kMostKnownTexts) known_texts_.clear();
    known = known_texts_
                .emplace(request.conditioning_text, conditioner_.encode(request.conditioning_text))
                .first;
  }
  track.text_tokens = known->second.ids;
  track.stats.text_s = stopwatch.seconds();
  return known->second;
}

void MusicgenStages::begin(PackedDecode& decode, int slot, const TrackRequest& request,
                           const Conditioning& text) const {
  const bool has_text = !text.ids.empty();
  const at::Tensor context = text.context.contiguous();
  const auto num_values = has_text ? static_cast<std::size_t>(context.numel()) : 0;
  decode.begin(
      slot, TrackScore(decoder_config(), pattern_for(request), request.sampling, request.seed),
      needs_null_stream(request.sampling, has_text), {context.const_data_ptr<float>(), num_values});
}

void MusicgenStages::take_tokens(const PackedDecode& decode, int slot, Track& track) const {
  const auto num_codebooks = static_cast<int>(decoder_config().num_codebooks);
  track.tokens = {num_codebooks, 0, decode.codes(slot)};
  track.tokens.num_frames = std::ssize(track.tokens.codes) / num_codebooks;
  track.stats.num_steps = decode.num_steps(slot);
}

void MusicgenStages::decode_audio(Track& track) const {
  const Stopwatch stopwatch;
  const at::Tensor codes = codes_tensor(track.tokens).to(device_);
  const bool is_stereo = decoder_config().num_channels == 2;
  track.audio = interleaved(is_stereo ? codec_.decode_stereo(codes) : codec_.decode(codes),
                            model().sample_rate_hz);
  track.stats.codec_s = stopwatch.seconds();
}

}  // namespace cadenza
