// Every tolerance of the parity tests, in one place; docs/PARITY.md lists what is measured.
//
// All are largest absolute differences against the Python reference in fp32 on a CPU. Ids and codes
// have none: they must be equal.
#pragma once

namespace cadenza::testing {

// Text encoder. Values after the final norm are of order 1.
inline constexpr double kTextHiddenTolerance = 1e-5;
inline constexpr double kConditioningTolerance = 1e-5;
inline constexpr double kPositionBiasTolerance = 0;  // rows of one table, copied

// Language model. Logits have a standard deviation of about 5, guided ones of about 11.
inline constexpr double kLmHiddenTolerance = 1e-4;
inline constexpr double kLmLogitsTolerance = 1e-4;
inline constexpr double kLmGuidedLogitsTolerance = 5e-4;

// Positions: fp32 by the reference's own recipe; what remains is the vector library's last bit.
inline constexpr double kPositionTolerance = 1e-6;

// Codec. Waveforms peak at about 1.5.
inline constexpr double kCodecLayerTolerance = 1e-5;
inline constexpr double kCodecLatentTolerance = 1e-5;
inline constexpr double kWaveformTolerance = 1e-5;
inline constexpr double kFoldedWeightTolerance = 1e-6;

}  // namespace cadenza::testing
