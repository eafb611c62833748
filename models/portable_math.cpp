#include "models/portable_math.h"

#include <cmath>

namespace cadenza {

namespace {

// ln 2 in two parts: the high one has trailing zeros, so that k * kLn2High is exact for |k| < 2^11.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSmallestExponent = -708;  // below it the result is subnormal

}  // namespace

// log m = 2 artanh s with s = (m - 1) / (m + 1): for m in [sqrt 1/2, sqrt 2], s^2 < 0.0295, and the
// series is exhausted after twelve terms.
double portable_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < kSqrtHalf) {
    mantissa *= 2;
    --exponent;
  }
  const double s = (mantissa - 1) / (mantissa + 1), square = s * s;
  double series = 0;
  for (int odd = 25; odd >= 3; odd -= 2) series = square * (1.0 / odd + series);
  return exponent * kLn2High + (2 * s * (1 + series) + exponent * kLn2Low);
}

// x = k ln 2 + r with |r| <= ln 2 / 2; the Taylor series of e^r is exhausted after fourteen terms.
double portable_exp(double x) {
  if (!(x >= kSmallestExponent)) return 0;
  const double k = std::floor(x / (kLn2High + kLn2Low) + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double series = 1;
  for (int term = 14; term >= 1; --term) series = 1 + r / term * series;
  return std::ldexp(series, static_cast<int>(k));
}

}  // namespace cadenza
