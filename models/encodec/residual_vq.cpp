#include "models/encodec/residual_vq.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argmin.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mm.h>

#include <cstddef>
#include <string>

#include "models/fixed_pieces.h"
#include "models/read_tensor.h"

namespace cadenza {

namespace {

// r (rows, F), codebook (V, F) -> squared distances (rows, V).
at::Tensor squared_distances(const at::Tensor& r, const at::Tensor& codebook) {
  const at::Tensor product = at::mm(r, codebook.t()).mul_(2);
  return r.square().sum(1, /*keepdim=*/true).sub(product).add_(codebook.square().sum(1));
}

}  // namespace

ResidualVq::ResidualVq(const CodecConfig& config, const WeightReader& weights,
                       const at::Device& device) {
  for (std::int64_t q = 0; q < config.num_quantizers; ++q) {
    const std::string name =
        "audio_encoder.quantizer.layers." + std::to_string(q) + ".codebook.embed";
    codebooks_.push_back(
        read_tensor(weights, name, {config.codebook_size, config.latent_dim}).to(device));
  }
}

at::Tensor ResidualVq::encode(const at::Tensor& latent) const {
  constexpr std::int64_t kFramesPerPiece = 256;
  const std::int64_t frames = latent.size(0);
  const at::Tensor codes = at::empty({static_cast<std::int64_t>(codebooks_.size()), frames},
                                     latent.options().dtype(at::kLong));
  for_each_piece(latent.device(), frames, kFramesPerPiece, [&](auto first, auto count) {
    at::Tensor residual = latent.narrow(0, first, count);
    for (std::size_t q = 0; q < codebooks_.size(); ++q) {
      const at::Tensor nearest = at::argmin(squared_distances(residual, codebooks_[q]), 1);
      codes.select(0, static_cast<std::int64_t>(q)).narrow(0, first, count).copy_(nearest);
      residual = residual - codebooks_[q].index_select(0, nearest);
    }
  });
  return codes;
}

at::Tensor ResidualVq::decode(const at::Tensor& codes) const {
  at::Tensor latent = codebooks_[0].index_select(0, codes.select(0, 0));
  for (std::size_t q = 1; q < codebooks_.size(); ++q)
    latent.add_(codebooks_[q].index_select(0, codes.select(0, static_cast<std::int64_t>(q))));
  return latent;
}

}  // namespace cadenza
