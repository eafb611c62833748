#include "models/encodec/padding.h"

#include <doctest/doctest.h>

#include <vector>

using namespace cadenza;

namespace {

// The whole padded input as row numbers, -1 for a zero row.
std::vector<std::int64_t> padded(std::int64_t rows, const Padding& padding, bool is_reflect) {
  std::vector<std::int64_t> sources;
  for (std::int64_t at = -padding.left; at < rows + padding.right; ++at)
    sources.push_back(padded_row(at, rows, padding, is_reflect));
  return sources;
}

using Rows = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("an output has ceil(rows / stride) rows, and the padding is just what they need") {
  struct Layer {
    std::int64_t kernel, stride, dilation;
  };
  for (const auto [kernel, stride, dilation] :
       {Layer{7, 1, 1}, Layer{5, 1, 1}, Layer{3, 1, 1}, Layer{3, 1, 2}, Layer{1, 1, 1},
        Layer{8, 4, 1}, Layer{10, 5, 1}, Layer{16, 8, 1}})
    for (const std::int64_t rows : {1, 2, 3, 5, 8, 639, 640, 641, 32000}) {
      CAPTURE(kernel);
      CAPTURE(stride);
      CAPTURE(rows);
      const Padding padding = same_padding(rows, kernel, stride, dilation);
      CHECK(padding.output_rows == (rows + stride - 1) / stride);
      const std::int64_t reach = (kernel - 1) * dilation + 1;
      CHECK(padding.left + rows + padding.right == (padding.output_rows - 1) * stride + reach);
      CHECK(padding.left == (reach - stride + 1) / 2);
    }
}

TEST_CASE("paddings of the published codec are those of its table of layers") {
  const auto sides = [](std::int64_t rows, std::int64_t kernel, std::int64_t stride) {
    const Padding padding = same_padding(rows, kernel, stride, 1);
    return std::pair(padding.left, padding.right);
  };
  CHECK(sides(32000, 7, 1) == std::pair<std::int64_t, std::int64_t>(3, 3));
  CHECK(sides(32000, 8, 4) == std::pair<std::int64_t, std::int64_t>(2, 2));
  CHECK(sides(2000, 10, 5) == std::pair<std::int64_t, std::int64_t>(3, 2));
  CHECK(sides(400, 16, 8) == std::pair<std::int64_t, std::int64_t>(4, 4));
  CHECK(sides(641, 8, 4) == std::pair<std::int64_t, std::int64_t>(2, 5));  // 161 rows need 3 more
}

TEST_CASE("reflection mirrors without repeating the edge") {
  CHECK(padded(5, {3, 3, 5}, true) == Rows{3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1});
  CHECK(padded(5, {3, 2, 5}, true) == Rows{3, 2, 1, 0, 1, 2, 3, 4, 3, 2});
  CHECK(padded(2, {1, 1, 2}, true) == Rows{1, 0, 1, 0});
}

TEST_CASE("an input not longer than the padding is extended with zeros before it is mirrored") {
  // pad1d: 3 - 1 + 1 zeros appended to [0], reflected to [z z z 0 z z z z z z], 3 dropped at the
  // end.
  CHECK(padded(1, {3, 3, 1}, true) == Rows{-1, -1, -1, 0, -1, -1, -1});
  // [0 1] becomes [0 1 z z]: mirrored [z z 1 0 1 z z | z 1 0], the last two dropped.
  CHECK(padded(2, {3, 3, 2}, true) == Rows{-1, -1, 1, 0, 1, -1, -1, -1});
  // [0 1 2] becomes [0 1 2 z]: mirrored [z 2 1 0 1 2 z | 2 1 0], the last one dropped.
  CHECK(padded(3, {3, 3, 3}, true) == Rows{-1, 2, 1, 0, 1, 2, -1, 2, 1});
}

TEST_CASE("constant padding is zeros") {
  CHECK(padded(3, {2, 1, 3}, false) == Rows{-1, -1, 0, 1, 2, -1});
}
