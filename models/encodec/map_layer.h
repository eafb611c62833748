// One layer of the codec over a map (T, C), time outermost, of which only a stretch need be at
// hand: what lets MapChain work through a long clip in little memory.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace cadenza {

// Rows first .. end() of a map that has `total` of them.
struct MapWindow {
  at::Tensor rows;
  std::int64_t first = 0, total = 0;

  std::int64_t end() const { return first + rows.size(0); }
};

// Input rows that some output rows look at; may reach beyond the map's ends.
struct RowRange {
  std::int64_t first = 0, end = 0;
};

class MapLayer {
 public:
  virtual ~MapLayer() = default;

  virtual std::int64_t output_rows(std::int64_t input_rows) const = 0;
  virtual RowRange looks_at(RowRange output) const = 0;

  // Work is cut at fixed places, because a product of another size may round differently: the
  // first such place at or after output row `end`. Not clipped to the map's end.
  virtual std::int64_t cut_after(std::int64_t end) const = 0;

  // Output rows; `output` begins and ends at a cut or at the map's end, and the window holds what
  // it looks at, as far as that exists.
  virtual at::Tensor forward_rows(const MapWindow& input, RowRange output) const = 0;

  // Does its input pass an ELU first? The published layouts count that as a layer of its own.
  virtual bool has_elu_before() const { return false; }

  // The whole map at once.
  at::Tensor forward(const at::Tensor& map) const {
    return forward_rows({map, 0, map.size(0)}, {0, output_rows(map.size(0))});
  }
};

}  // namespace cadenza
