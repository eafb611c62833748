#include "models/kernels/cpu/packed_linear.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "models/kernels/cpu/packed_linear_reference.h"
#include "tests/support/random_values.h"

namespace cadenza {

using testing::random_values;

namespace {

constexpr WeightFormat kFormats[] = {WeightFormat::fp32, WeightFormat::bf16, WeightFormat::int8,
                                     WeightFormat::int4};
const std::string kFormatNames[] = {"fp32", "bf16", "int8", "int4"};

struct Case {
  std::int64_t outputs, inputs, rows;
};

std::vector<float> product(WeightFormat format, const Case& c, const std::vector<float>& weights,
                           const std::vector<float>& x, InstructionSet set, int threads = 1) {
  PackedLinear linear(c.outputs, c.inputs, format);
  linear.pack_rows(0, c.outputs, weights.data());
  ThreadPool pool(threads);
  std::vector<float> y(static_cast<std::size_t>(c.rows * c.outputs));
  linear.apply(x.data(), c.rows, y.data(), pool, kernel_table(set));
  return y;
}

std::vector<float> reference(WeightFormat format, const Case& c, const std::vector<float>& weights,
                             const std::vector<float>& x) {
  std::vector<float> y(static_cast<std::size_t>(c.rows * c.outputs));
  reference_linear(format, weights.data(), c.outputs, c.inputs, x.data(), c.rows, y.data());
  return y;
}

// Largest difference, as a share of the largest expected value.
double relative_error(const std::vector<float>& found, const std::vector<float>& expected) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error = std::fmax(error, std::fabs(static_cast<double>(found[i]) - expected[i]));
    size = std::fmax(size, std::fabs(expected[i]));
  }
  return error / size;
}

double root_mean_square_error(const std::vector<float>& found, const std::vector<float>& expected) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(static_cast<double>(found[i]) - expected[i], 2);
    size += std::pow(expected[i], 2);
  }
  return std::sqrt(error / size);
}

bool is_exact(WeightFormat format, InstructionSet set) {
  if (format == WeightFormat::int4) return false;
  return format != WeightFormat::fp32 || set != InstructionSet::portable;
}

}  // namespace

TEST_CASE("a packed product is the reference's, on every instruction set and with any tail") {
  const Case cases[] = {{1, 1, 1},    {16, 16, 2},  {17, 5, 3},    {64, 32, 1},  {65, 33, 7},
                        {48, 144, 2}, {160, 64, 6}, {130, 97, 13}, {64, 1000, 5}};
  unsigned seed = 0;
  for (const Case& c : cases) {
    const auto weights = random_values(c.outputs * c.inputs, ++seed);
    const auto x = random_values(c.rows * c.inputs, ++seed);
    for (int f = 0; f < 4; ++f) {
      const auto expected = reference(kFormats[f], c, weights, x);
      for (const InstructionSet set : supported_instruction_sets()) {
        CAPTURE(c.outputs);
        CAPTURE(c.inputs);
        CAPTURE(c.rows);
        CAPTURE(kFormatNames[f]);
        CAPTURE(std::string(instruction_set_name(set)));
        const auto found = product(kFormats[f], c, weights, x, set);
        if (is_exact(kFormats[f], set))
          CHECK(found == expected);
        else
          CHECK(relative_error(found, expected) < 1e-5);
      }
    }
  }
}

TEST_CASE("a row's product is the same bits alone, in any slot of any batch, with any threads") {
  const std::int64_t outputs = 200, inputs = 96, max_rows = 17;
  const auto weights = random_values(outputs * inputs, 1);
  const auto x = random_values(max_rows * inputs, 2);
  for (const WeightFormat format : kFormats)
    for (const InstructionSet set : supported_instruction_sets()) {
      std::vector<std::vector<float>> alone;
      for (std::int64_t row = 0; row < max_rows; ++row)
        alone.push_back(product(format, {outputs, inputs, 1}, weights,
                                {x.begin() + row * inputs, x.begin() + (row + 1) * inputs}, set));
      for (std::int64_t rows = 2; rows <= max_rows; ++rows) {
        // Rows in reverse, so that each visits many slots.
        std::vector<float> batch;
        for (std::int64_t row = rows - 1; row >= 0; --row)
          batch.insert(batch.end(), x.begin() + row * inputs, x.begin() + (row + 1) * inputs);
        const int threads = 1 + static_cast<int>(rows) % 3;
        const auto together =
            product(format, {outputs, inputs, rows}, weights, batch, set, threads);
        for (std::int64_t slot = 0; slot < rows; ++slot) {
          const std::vector<float> part(together.begin() + slot * outputs,
                                        together.begin() + (slot + 1) * outputs);
          CHECK(part == alone[rows - 1 - slot]);
        }
      }
    }
}

TEST_CASE("narrower weights lose what their bits say") {
  // Against exact products of normal weights and inputs; relative root mean square. A weight
  // rounded uniformly with step s errs s / sqrt 12: bf16 2^-9 relative; int8 1/127 of about 3.3
  // deviations (0.8 %) for weight and input each; int4 1/7.5 of the largest of 32 (about 9 %).
  const Case c{256, 1024, 4};
  const auto weights = random_values(c.outputs * c.inputs, 11);
  const auto x = random_values(c.rows * c.inputs, 12);
  const auto exact = reference(WeightFormat::fp32, c, weights, x);
  const double limits[] = {1e-6, 0.004, 0.015, 0.11};
  for (int f = 0; f < 4; ++f) {
    const auto found = product(kFormats[f], c, weights, x, best_instruction_set());
    const double error = root_mean_square_error(found, exact);
    MESSAGE(kFormatNames[f] << ": relative error " << error);
    CHECK(error < limits[f]);
  }
}

TEST_CASE("rows can be packed in parts and into memory of the caller's") {
  const std::int64_t outputs = 100, inputs = 40;
  const auto weights = random_values(outputs * inputs, 5);
  const auto x = random_values(inputs, 6);
  ThreadPool pool(1);
  for (const WeightFormat format : kFormats) {
    PackedLinear whole(outputs, inputs, format);
    whole.pack_rows(0, outputs, weights.data());
    const HugeBuffer memory(PackedLinear::packed_bytes(outputs, inputs, format));
    PackedLinear parts(outputs, inputs, format, memory.data());
    parts.pack_rows(37, outputs - 37, weights.data() + 37 * inputs);
    parts.pack_rows(0, 37, weights.data());
    std::vector<float> y(outputs), again(outputs);
    whole.apply(x.data(), 1, y.data(), pool);
    parts.apply(x.data(), 1, again.data(), pool);
    CHECK(y == again);
  }
}

TEST_CASE("a row of zeros gives zeros") {
  const Case c{70, 64, 2};
  const auto weights = random_values(c.outputs * c.inputs, 8);
  const std::vector<float> zeros(static_cast<std::size_t>(c.rows * c.inputs));
  for (const WeightFormat format : kFormats)
    for (const float value : product(format, c, weights, zeros, best_instruction_set()))
      CHECK(value == 0.0f);
}

}  // namespace cadenza
