// From text to codec tokens: the loop that feeds a column, hears the logits, and writes the next.
//
//   streams   [conditional rows ; null rows] when guided, in one batch; else the rows alone
//   logits    null + guidance * (conditional - null), in fp32 on the host
//   tokens    one draw per codebook and row, from (row seed, step, codebook)
//
// The first pass feeds column 0, or all columns an audio prompt fills, then one column at a time;
// the last column is never fed. Rows do not depend on each other.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "lib/generator.h"
#include "lib/progress.h"
#include "lib/stop.h"
#include "models/musicgen/delay_pattern.h"
#include "models/musicgen/language_model.h"

namespace cadenza {

struct DecodeRow {
  std::uint64_t seed = 0;
  std::vector<std::int16_t> prompt;  // codes (K, P) the music begins with; P equal in all rows
};

struct DecodeRequest {
  at::Tensor context;  // (B, L, D) fp32: projected text
  at::Tensor mask;     // (B, L): 0 for padding; a row of zeros is unconditioned
  DelayPattern pattern;
  SamplingSettings sampling;
  std::vector<DecodeRow> rows;  // B

  // For the parity tests: the logits (B, K, V) behind the draw of `step`, guidance applied.
  std::function<void(std::int64_t step, std::span<const float> logits)> observer;
};

struct DecodeResult {
  std::vector<std::vector<std::int16_t>> codes;  // B times (K, T), prompt included, delay undone
  std::int64_t num_steps = 0;                    // forward passes
};

// Reports the stage "decode"; looks at `stop` once per step. Throws Error(bad_model) for logits
// that are not finite.
DecodeResult decode_tokens(LanguageModel& model, const DecodeRequest& request,
                           ProgressReporter& progress, const StopFlag& stop);

}  // namespace cadenza
