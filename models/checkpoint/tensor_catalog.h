// Every tensor a configuration asks for, by canonical name and shape. No file is looked at.
//
// Follows MusicgenForConditionalGeneration, T5EncoderModel and EncodecModel of transformers. Layers
// of the codec are numbered as in its nn.Sequential, where activations count too:
//
//   encoder   conv, for each ratio reversed: residual blocks, ELU, strided conv; LSTM, ELU, conv
//   decoder   conv, LSTM, for each ratio: ELU, transposed conv, residual blocks; ELU, conv
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/config.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

struct ExpectedTensor {
  std::string name;
  Shape shape;
  bool has_weight_norm = false;  // a codec convolution: files may hold length and direction apart
};

// In the order text encoder, projection, decoder, codec. The projection "enc_to_dec_proj" is only
// there when the text encoder's width differs from the decoder's: otherwise it is the identity.
std::vector<ExpectedTensor> expected_tensors(const MusicgenConfig& config);

// Tensors that files hold and nothing computes with: stored positions, the bookkeeping of codebook
// training, constants of convolutions.
bool is_unused_tensor(std::string_view name);

}  // namespace cadenza
