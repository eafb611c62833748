// Golden tensors: the .safetensors files of tests/data, read whole. Torch-free.
//
// Trusting on purpose: the files are ours and committed. The engine reads checkpoints with its own
// strict reader; this one must not share code with what it helps to prove.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace cadenza::testing {

// Row-major. Floating dtypes (F64, F32, F16, BF16) fill `floats`, integers (I64, I32, U8) `ints`.
struct Golden {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
};

// The absolute path of a file below tests/data, e.g. "mono/goldens/text.safetensors".
std::string data_path(const std::string& file);

class Goldens {
 public:
  // file: below tests/data. Throws std::runtime_error naming the file when it cannot be read.
  explicit Goldens(const std::string& file);

  // Throws std::runtime_error naming file and tensor when there is none.
  const Golden& at(const std::string& name) const;
  bool has(const std::string& name) const { return tensors_.contains(name); }
  std::vector<std::string> names() const;

 private:
  std::string file_;
  std::map<std::string, Golden> tensors_;
};

// How two arrays of one shape differ.
struct Comparison {
  std::vector<std::int64_t> shape;
  bool has_same_size = true;
  std::int64_t first_differing =
      -1;                         // flat index of the first pair further apart than the tolerance
  float found = 0, expected = 0;  // that pair; where none differs, the pair furthest apart
  double max_abs_error = 0;       // infinite when a value is NaN
  double cosine = 1;

  bool is_close() const { return has_same_size && first_differing < 0; }
  // "max error 1.2e-07, cosine 1.000000" or "first differs at (0, 3, 7): found 1, expected 2; …"
  std::string text() const;
};

// shape is used to name the place; sizes that do not match compare as different.
Comparison compare(std::span<const float> found, std::span<const float> expected, double tolerance,
                   const std::vector<std::int64_t>& shape);

}  // namespace cadenza::testing
