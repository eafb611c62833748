#include "tests/support/goldens.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace cadenza::testing {

namespace {

float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int fraction = half & 1023;
  float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                  : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  if (exponent == 31)
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  return half & 0x8000 ? -magnitude : magnitude;
}

float bfloat_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

template <typename Stored, typename Value, typename Convert>
void append(const std::string& bytes, std::vector<Value>& values, Convert convert) {
  values.reserve(bytes.size() / sizeof(Stored));
  for (std::size_t at = 0; at + sizeof(Stored) <= bytes.size(); at += sizeof(Stored)) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + at, sizeof(Stored));
    values.push_back(convert(stored));
  }
}

Golden decode(std::string dtype, std::vector<std::int64_t> shape, const std::string& bytes) {
  Golden golden{std::move(dtype), std::move(shape), {}, {}};
  const auto to_float = [](auto value) { return static_cast<float>(value); };
  const auto to_int = [](auto value) { return static_cast<std::int64_t>(value); };
  if (golden.dtype == "F64") append<double>(bytes, golden.floats, to_float);
  if (golden.dtype == "F32") append<float>(bytes, golden.floats, to_float);
  if (golden.dtype == "F16") append<std::uint16_t>(bytes, golden.floats, half_to_float);
  if (golden.dtype == "BF16") append<std::uint16_t>(bytes, golden.floats, bfloat_to_float);
  if (golden.dtype == "I64") append<std::int64_t>(bytes, golden.ints, to_int);
  if (golden.dtype == "I32") append<std::int32_t>(bytes, golden.ints, to_int);
  if (golden.dtype == "U8") append<std::uint8_t>(bytes, golden.ints, to_int);
  return golden;
}

std::string place(std::int64_t flat, const std::vector<std::int64_t>& shape) {
  std::string text;
  for (auto size = shape.rbegin(); size != shape.rend(); ++size) {
    text = std::to_string(flat % *size) + (text.empty() ? "" : ", ") + text;
    flat /= *size;
  }
  return "(" + text + ")";
}

}  // namespace

std::string data_path(const std::string& file) {
  return std::string(CADENZA_TEST_DATA) + "/" + file;
}

Goldens::Goldens(const std::string& file) : file_(file) {
  std::ifstream stream(data_path(file), std::ios::binary);
  if (!stream) throw std::runtime_error("cannot open golden file " + data_path(file));
  const std::string all{std::istreambuf_iterator<char>(stream), {}};
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, all.data(), sizeof header_size);
  const auto header = nlohmann::json::parse(all.substr(8, header_size));
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
    tensors_[name] = decode(entry.at("dtype"), entry.at("shape"),
                            all.substr(8 + header_size + offsets[0], offsets[1] - offsets[0]));
  }
}

const Golden& Goldens::at(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw std::runtime_error(file_ + " has no tensor " + name);
  return found->second;
}

std::vector<std::string> Goldens::names() const {
  std::vector<std::string> names;
  for (const auto& [name, golden] : tensors_) names.push_back(name);
  return names;
}

std::string Comparison::text() const {
  std::ostringstream text;
  text.precision(9);
  if (!has_same_size) return "the shapes differ";
  if (first_differing >= 0)
    text << "first differs at " << place(first_differing, shape) << ": found " << found
         << ", expected " << expected << "; ";
  text << "max error " << max_abs_error << ", cosine " << cosine;
  return text.str();
}

Comparison compare(std::span<const float> found, std::span<const float> expected, double tolerance,
                   const std::vector<std::int64_t>& shape) {
  Comparison result;
  result.shape = shape;
  result.has_same_size = found.size() == expected.size();
  if (!result.has_same_size) return result;
  double dot = 0, found_squared = 0, expected_squared = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double a = found[i], b = expected[i];
    // Equal infinities are equal; a NaN is never close to anything.
    const double distance = a == b ? 0 : std::abs(a - b);
    const double error = std::isnan(distance) ? std::numeric_limits<double>::infinity() : distance;
    const bool is_first = error > tolerance && result.first_differing < 0;
    if (is_first) result.first_differing = static_cast<std::int64_t>(i);
    if (is_first || (result.first_differing < 0 && error >= result.max_abs_error)) {
      result.found = found[i];
      result.expected = expected[i];
    }
    result.max_abs_error = std::max(result.max_abs_error, error);
    dot += a * b;
    found_squared += a * a;
    expected_squared += b * b;
  }
  if (found_squared > 0 || expected_squared > 0)
    result.cosine = dot / std::sqrt(found_squared * expected_squared);
  return result;
}

}  // namespace cadenza::testing
