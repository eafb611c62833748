// exp, erf and GELU on sixteen lanes. Included after one of the simd_*.h.
#pragma once

namespace cadenza {
namespace {

// e^x for x <= 0, to 2 ulp; below -87 the value at -87, 1.6e-38. x = n ln 2 + r, and e^r by Taylor
// to the seventh power: the first term left out is at most 5e-9 of the result. NaN stays NaN.
inline Floats exp_of_negative(Floats x) {
  x = larger(all(-87.0f), x);
  const Floats n = nearest_integer(multiply(x, all(1.44269504f)));
  Floats r =
      multiply_add(n, all(-0.693359375f), x);  // ln 2 in two parts, the first exact in n * ln 2
  r = multiply_add(n, all(2.12194440e-4f), r);
  Floats power = all(1.0f / 5040);
  power = multiply_add(power, r, all(1.0f / 720));
  power = multiply_add(power, r, all(1.0f / 120));
  power = multiply_add(power, r, all(1.0f / 24));
  power = multiply_add(power, r, all(1.0f / 6));
  power = multiply_add(power, r, all(0.5f));
  power = multiply_add(power, r, all(1.0f));
  power = multiply_add(power, r, all(1.0f));
  return multiply(power, power_of_two(n));
}

// erf x / x as a polynomial in x * x, fitted to |x| <= 1: relative error 1.2e-9 before rounding.
inline Floats erf_small(Floats x) {
  const Floats s = multiply(x, x);
  Floats ratio = all(7.853899084e-5f);
  ratio = multiply_add(ratio, s, all(-8.010206436e-4f));
  ratio = multiply_add(ratio, s, all(5.188329360e-3f));
  ratio = multiply_add(ratio, s, all(-2.685381299e-2f));
  ratio = multiply_add(ratio, s, all(1.128358518e-1f));
  ratio = multiply_add(ratio, s, all(-3.761262583e-1f));
  ratio = multiply_add(ratio, s, all(1.128379166f));
  return multiply(ratio, x);
}

// 1 - e^q(|x|) with q fitted to ln erfc on [1, 4]: error 1.1e-9. From 4 on erf is 1 in fp32.
inline Floats erf_large(Floats x) {
  const Floats t = smaller(all(4.0f), magnitude(x));
  Floats q = all(1.863796176e-4f);
  q = multiply_add(q, t, all(-2.947662600e-3f));
  q = multiply_add(q, t, all(2.183808168e-2f));
  q = multiply_add(q, t, all(-1.031067925e-1f));
  q = multiply_add(q, t, all(-6.381447879e-1f));
  q = multiply_add(q, t, all(-1.127089218f));
  q = multiply_add(q, t, all(-3.415160109e-4f));
  return with_sign_of(subtract(all(1.0f), exp_of_negative(q)), x);
}

inline Floats erf(Floats x) { return if_less(magnitude(x), all(1.0f), erf_small(x), erf_large(x)); }

// x / 2 * (1 + erf(x / sqrt 2)): torch's gelu(approximate="none").
inline Floats gelu(Floats x) {
  const Floats share = add(all(1.0f), erf(multiply(x, all(0.707106781f))));
  return multiply(multiply(x, all(0.5f)), share);
}

}  // namespace
}  // namespace cadenza
