// The codec against the goldens of both models: two layouts, so that every layer number, kernel and
// dilation that follows from the configuration is followed.
#include <c10/core/InferenceMode.h>

#include "models/encodec/audio_codec.h"
#include "models/encodec/residual_vq.h"
#include "models/encodec/seanet_decoder.h"
#include "models/encodec/seanet_encoder.h"
#include "models/read_tensor.h"
#include "tests/support/fixture_checkpoint.h"
#include "tests/support/golden_tensors.h"
#include "tests/support/tolerances.h"

namespace {

using namespace cadenza;
using namespace cadenza::testing;

struct CodecFixture {
  explicit CodecFixture(const std::string& model_name)
      : model(model_name),
        checkpoint(fixture_checkpoint(model)),
        config(checkpoint->config().codec),
        weights(checkpoint->weights()),
        goldens(model + "/goldens/codec.safetensors") {}

  at::Tensor golden(const std::string& name) const { return tensor_of(goldens, name); }

  // The middle words of "encode.641.wave", in the order of the file.
  std::vector<std::string> cases(const std::string& verb, const std::string& last) const {
    std::vector<std::string> found;
    for (const std::string& name : goldens.names())
      if (name.starts_with(verb) && name.ends_with(last))
        found.push_back(name.substr(0, name.size() - last.size()));
    return found;
  }

  std::string model;
  std::shared_ptr<const Checkpoint> checkpoint;
  const CodecConfig& config;
  const WeightReader& weights;
  Goldens goldens;
};

const at::Device kCpu(at::kCPU);

}  // namespace

TEST_CASE("decoded codes are the reference's waveform") {
  for (const std::string model : {"mono", "stereo"}) {
    const CodecFixture fixture(model);
    const AudioCodec codec(fixture.config, fixture.weights, kCpu, /*with_encoder=*/false);
    const auto cases = fixture.cases("decode.", ".codes");
    CHECK(cases.size() == 4);
    for (const std::string& name : cases) {
      const at::Tensor wave = codec.decode(fixture.golden(name + ".codes").unsqueeze(0));
      check_close(wave[0][0], fixture.golden(name + ".wave"), kWaveformTolerance,
                  model + " " + name + ".wave");
    }
  }
}

TEST_CASE("every numbered layer of the decoder is the reference's") {
  for (const std::string model : {"mono", "stereo"}) {
    const CodecFixture fixture(model);
    const c10::InferenceMode guard;
    const SeanetDecoder decoder(fixture.config, fixture.weights, kCpu);
    std::vector<at::Tensor> layers;
    decoder.forward(fixture.golden("decoder.input").t().contiguous(), &layers);
    CHECK_FALSE(fixture.goldens.has("decoder.layer" + std::to_string(layers.size())));
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const std::string name = "decoder.layer" + std::to_string(i);
      check_close(layers[i].t(), fixture.golden(name), kCodecLayerTolerance, model + " " + name);
    }
  }
}

TEST_CASE("every numbered layer of the encoder is the reference's") {
  for (const std::string model : {"mono", "stereo"}) {
    const CodecFixture fixture(model);
    const c10::InferenceMode guard;
    const SeanetEncoder encoder(fixture.config, fixture.weights, kCpu);
    std::vector<at::Tensor> layers;
    encoder.forward(fixture.golden("encode.641.wave").unsqueeze(1), &layers);
    CHECK_FALSE(fixture.goldens.has("encoder.layer" + std::to_string(layers.size())));
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const std::string name = "encoder.layer" + std::to_string(i);
      check_close(layers[i].t(), fixture.golden(name), kCodecLayerTolerance, model + " " + name);
    }
  }
}

TEST_CASE("encoded waveforms have the reference's latents, and exactly its codes") {
  for (const std::string model : {"mono", "stereo"}) {
    const CodecFixture fixture(model);
    const c10::InferenceMode guard;
    const AudioCodec codec(fixture.config, fixture.weights, kCpu, /*with_encoder=*/true);
    const SeanetEncoder encoder(fixture.config, fixture.weights, kCpu);
    const auto cases = fixture.cases("encode.", ".wave");
    CHECK(cases.size() == (model == "mono" ? 9 : 8));
    for (const std::string& name : cases) {
      const at::Tensor wave = fixture.golden(name + ".wave");
      check_close(encoder.forward(wave.unsqueeze(1)).t(), fixture.golden(name + ".latent"),
                  kCodecLatentTolerance, model + " " + name + ".latent");
      check_equal(codec.encode(wave.view({1, 1, -1}))[0], fixture.golden(name + ".codes"),
                  model + " " + name + ".codes");
    }
  }
}

TEST_CASE("the quantizer gives exactly the reference's codes and sums") {
  for (const std::string model : {"mono", "stereo"}) {
    const CodecFixture fixture(model);
    const c10::InferenceMode guard;
    const ResidualVq quantizer(fixture.config, fixture.weights, kCpu);
    const at::Tensor latents = fixture.golden("quantizer.latents");
    const at::Tensor codes = fixture.golden("quantizer.codes");
    const at::Tensor decoded = fixture.golden("quantizer.decoded");
    for (std::int64_t row = 0; row < latents.size(0); ++row) {
      check_equal(quantizer.encode(latents[row].t().contiguous()), codes[row], model + " codes");
      check_equal(quantizer.decode(codes[row]).t(), decoded[row], model + " decoded");
    }
    check_equal(quantizer.decode(fixture.golden("decode.2.codes")).t(),
                fixture.golden("decoder.input"), model + " decoder.input");
  }
}

TEST_CASE("weight norm is folded as the reference folds it, strided and transposed") {
  for (const std::string model : {"mono", "stereo"}) {
    const CodecFixture fixture(model);
    for (const std::string& name : fixture.cases("folded.", "")) {
      const at::Tensor expected = fixture.golden(name);
      const std::string layer = name.substr(std::string("folded.").size());  // "decoder.layer3"
      const std::string side = layer.substr(0, layer.find('.'));
      const std::string number = layer.substr(layer.find("layer") + 5);
      const std::string weight = "audio_encoder." + side + ".layers." + number + ".conv.weight";
      const at::Tensor folded = read_tensor(fixture.weights, weight,
                                            {expected.size(0), expected.size(1), expected.size(2)});
      check_close(folded, expected, kFoldedWeightTolerance, model + " " + name);
    }
  }
}
