// Decibels of amplitude, both ways. Zero amplitude is -infinity dB and back.
#pragma once

#include <cmath>

namespace cadenza {

inline double db_to_gain(double db) { return std::pow(10.0, db / 20.0); }
inline double gain_to_db(double gain) { return 20.0 * std::log10(gain); }

}  // namespace cadenza
