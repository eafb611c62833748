#include "models/encodec/audio_codec.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include "lib/error.h"
#include "models/encodec/seanet_decoder.h"
#include "models/encodec/seanet_encoder.h"
#include "tests/support/fixture_model.h"
#include "tests/support/golden_tensors.h"

namespace {

using namespace cadenza;
using namespace cadenza::testing;

const at::Device kCpu(at::kCPU);

AudioCodec fixture_codec(const std::string& model) {
  return {fixture_config(model).codec, fixture_weights(model), kCpu, /*with_encoder=*/true};
}

// Some codes that differ from row to row, all below the codebook size: (B, K, T).
at::Tensor some_codes(std::int64_t rows, std::int64_t codebooks, std::int64_t frames,
                      std::int64_t codebook_size) {
  const at::Tensor flat = at::arange(rows * codebooks * frames, at::kLong);
  return (flat * flat * 3 + flat * 7).remainder(codebook_size).view({rows, codebooks, frames});
}

// A tone with an overtone: (1, 1, N).
at::Tensor some_wave(std::int64_t samples, double step = 0.05) {
  const at::Tensor phase = at::arange(samples, at::kFloat) * step;
  return (at::sin(phase) * 0.5 + at::sin(phase * 3.1) * 0.2).view({1, 1, samples});
}

ErrorKind kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::usage;
}

}  // namespace

TEST_CASE("T frames decode to exactly T * hop samples") {
  const AudioCodec codec = fixture_codec("mono");
  for (const std::int64_t frames : {1, 2, 3, 10, 51}) {
    const at::Tensor wave = codec.decode(some_codes(2, 4, frames, 64));
    CHECK(wave.sizes() == at::IntArrayRef({2, 1, 640 * frames}));
  }
}

TEST_CASE(
    "N samples encode to ceil(N / hop) frames, and every layer has the rows its stride says") {
  const CodecConfig config = fixture_config("mono").codec;
  const SeanetEncoder encoder(config, fixture_weights("mono"), kCpu);
  for (const std::int64_t samples : {1, 5, 639, 640, 641, 32000}) {
    std::vector<at::Tensor> layers;
    encoder.forward(some_wave(samples)[0].t().contiguous(), &layers);
    // Numbers of the strided convolutions in the published layout: 3, 6, 9, 12.
    std::int64_t rows = samples;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      const std::int64_t stride = layer == 3 || layer == 6 ? 4 : layer == 9 ? 5 : 8;
      if (layer == 3 || layer == 6 || layer == 9 || layer == 12)
        rows = (rows + stride - 1) / stride;
      CAPTURE(samples);
      CAPTURE(layer);
      CHECK(layers[layer].size(0) == rows);
    }
    CHECK(rows == (samples + 639) / 640);
  }
}

TEST_CASE("every layer of the decoder has the rows its ratio says") {
  const SeanetDecoder decoder(fixture_config("mono").codec, fixture_weights("mono"), kCpu);
  for (const std::int64_t frames : {1, 2, 50}) {
    std::vector<at::Tensor> layers;
    decoder.forward(at::zeros({frames, 16}), &layers);
    const std::int64_t rows[] = {1, 1, 1, 8, 8, 8, 40, 40, 40, 160, 160, 160, 640, 640, 640, 640};
    REQUIRE(layers.size() == std::size(rows));
    for (std::size_t layer = 0; layer < layers.size(); ++layer)
      CHECK(layers[layer].size(0) == rows[layer] * frames);
  }
}

TEST_CASE("a clip worked through in stretches of any length is the whole clip, bit for bit") {
  const CodecConfig config{.num_filters = 16, .latent_dim = 32, .codebook_size = 256};
  const MapWeights weights = random_codec_weights(config, 1);
  const SeanetDecoder decoder(config, weights, kCpu);
  const SeanetEncoder encoder(config, weights, kCpu);
  for (const std::int64_t frames : {1, 2, 3, 127, 300}) {
    const at::Tensor latent = at::sin(at::arange(frames * 32, at::kFloat)).view({frames, 32});
    std::vector<at::Tensor> maps, encoder_maps;
    const at::Tensor samples = decoder.forward(latent, &maps);
    const at::Tensor code = encoder.forward(samples, &encoder_maps);
    for (const std::int64_t stretch : {1, 7, 64, 1000}) {
      CAPTURE(frames);
      CAPTURE(stretch);
      check_equal(decoder.forward(latent, nullptr, stretch), samples, "samples");
      check_equal(encoder.forward(samples, nullptr, stretch), code, "latent");
    }
  }
}

TEST_CASE("a batch of codes or clips is each row alone, bit for bit") {
  const AudioCodec codec = fixture_codec("mono");
  const at::Tensor codes = some_codes(3, 4, 9, 64);
  const at::Tensor together = codec.decode(codes);
  for (std::int64_t row = 0; row < 3; ++row)
    check_equal(together[row], codec.decode(codes[row].unsqueeze(0))[0], "decoded row");
  const at::Tensor clips = at::cat({some_wave(1999), some_wave(1999, 0.31)});
  const at::Tensor encoded = codec.encode(clips);
  for (std::int64_t row = 0; row < 2; ++row)
    check_equal(encoded[row], codec.encode(clips[row].unsqueeze(0))[0], "encoded row");
}

TEST_CASE("one thread and two give the same samples and codes, bit for bit") {
  // Wide enough that BLAS would split its products, long enough for several pieces of work.
  const CodecConfig config{.num_filters = 16, .latent_dim = 32, .codebook_size = 256};
  const AudioCodec codec(config, random_codec_weights(config, 1), kCpu, /*with_encoder=*/true);
  const int before = at::get_num_threads();
  for (const std::int64_t frames : {1, 2, 7, 60}) {
    const at::Tensor codes = some_codes(1, 4, frames, 256);
    at::set_num_threads(1);
    const at::Tensor alone = codec.decode(codes), codes_alone = codec.encode(alone);
    at::set_num_threads(2);
    const at::Tensor shared = codec.decode(codes), codes_shared = codec.encode(alone);
    check_equal(shared, alone, "samples of " + std::to_string(frames) + " frames");
    check_equal(codes_shared, codes_alone, "codes of " + std::to_string(frames) + " frames");
  }
  at::set_num_threads(before);
}

TEST_CASE("even codebooks of a stereo model are the left channel, odd ones the right") {
  const AudioCodec codec = fixture_codec("stereo");
  const at::Tensor left = some_codes(1, 4, 6, 32), silence = at::zeros({1, 4, 6}, at::kLong);
  const at::Tensor codes = at::stack({left, silence}, 2).view({1, 8, 6});
  const at::Tensor wave = codec.decode_stereo(codes);
  CHECK(wave.sizes() == at::IntArrayRef({1, 2, 6 * 640}));
  check_equal(wave[0][0], codec.decode(left)[0][0], "left");
  check_equal(wave[0][1], codec.decode(silence)[0][0], "right");
}

TEST_CASE("a stereo clip encodes to its channels' codes, interleaved") {
  const AudioCodec codec = fixture_codec("stereo");
  const at::Tensor left = some_wave(3000), right = some_wave(3000, 0.4);
  const at::Tensor codes = codec.encode_stereo(at::cat({left, right}, 1));
  CHECK(codes.sizes() == at::IntArrayRef({1, 8, 5}));
  const at::Tensor left_codes = codec.encode(left), right_codes = codec.encode(right);
  for (std::int64_t q = 0; q < 4; ++q) {
    check_equal(codes[0][2 * q], left_codes[0][q], "left codebook");
    check_equal(codes[0][2 * q + 1], right_codes[0][q], "right codebook");
  }
}

TEST_CASE("a codec loaded for decoding asks for no encoder weights") {
  MapWeights weights = fixture_weights("mono");
  std::erase_if(weights.weights, [](const auto& entry) {
    return entry.first.starts_with("audio_encoder.encoder.");
  });
  const AudioCodec codec(fixture_config("mono").codec, weights, kCpu, /*with_encoder=*/false);
  CHECK(codec.decode(some_codes(1, 4, 1, 64)).size(2) == 640);
  CHECK(kind_of([&] { codec.encode(some_wave(640)); }) == ErrorKind::internal);
}

TEST_CASE("tensors of another shape, and ids the codebooks do not have, are refused at the door") {
  const AudioCodec codec = fixture_codec("mono");
  const auto refused = [](const std::function<void()>& work) {
    return kind_of(work) == ErrorKind::internal;
  };
  CHECK(refused([&] { codec.decode(some_codes(1, 3, 5, 64)); }));
  CHECK(refused([&] { codec.decode(some_codes(1, 4, 5, 64)[0]); }));
  CHECK(refused([&] { codec.decode(at::zeros({1, 4, 0}, at::kLong)); }));
  CHECK(refused([&] { codec.decode(at::zeros({1, 4, 2}, at::kLong).fill_(64)); }));
  CHECK(refused([&] { codec.decode(at::zeros({1, 4, 2}, at::kLong).fill_(-1)); }));
  CHECK(refused([&] { codec.decode_stereo(some_codes(1, 4, 5, 64)); }));
  CHECK(refused([&] { codec.encode(at::zeros({1, 2, 640})); }));
  CHECK(refused([&] { codec.encode(at::zeros({1, 1, 0})); }));
  CHECK(refused([&] { codec.encode_stereo(at::zeros({1, 1, 640})); }));
}

TEST_CASE("a weight of another shape than the configuration needs is named") {
  MapWeights weights = fixture_weights("mono");
  weights.weights["audio_encoder.decoder.layers.3.conv.weight"].shape = {32, 16, 8, 2};
  const CodecConfig config = fixture_config("mono").codec;
  CHECK_THROWS_WITH_AS(AudioCodec(config, weights, kCpu, false),
                       "audio_encoder.decoder.layers.3.conv.weight: expected shape (32, 16, 16), "
                       "found (32, 16, 8, 2)",
                       Error);
}
