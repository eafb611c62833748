#include "models/portable_math.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace cadenza {
namespace {

double relative_error(double found, double expected) {
  return expected == 0 ? std::abs(found) : std::abs(found / expected - 1);
}

TEST_CASE("portable_log agrees with the C library to 1e-15") {
  CHECK(portable_log(1) == 0);
  double worst = 0;
  for (int i = 1; i < 200000; ++i)
    for (const double x : {i * 0x1p-33, i * 1.7e-5, i * 3.1e2, 1 - i * 0x1p-33})
      worst = std::max(worst, relative_error(portable_log(x), std::log(x)));
  CHECK(worst < 1e-15);
}

TEST_CASE("portable_exp agrees with the C library to 1e-15 and ends in zero") {
  CHECK(portable_exp(0) == 1);
  double worst = 0;
  for (int i = 0; i < 200000; ++i)
    for (const double x : {-i * 1e-6, -i * 3.5e-3})
      worst = std::max(worst, relative_error(portable_exp(x), std::exp(x)));
  CHECK(worst < 1e-15);
  CHECK(portable_exp(-std::numeric_limits<double>::infinity()) == 0);
}

}  // namespace
}  // namespace cadenza
