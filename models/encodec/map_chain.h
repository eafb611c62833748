// Layers one behind the other, worked through in stretches of time: each keeps only the rows that
// the next one still looks at, so memory does not grow with the clip. The same bits as whole maps,
// because every layer cuts its work at the same places either way (map_layer.h).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/encodec/map_layer.h"

namespace cadenza {

// map (T, C) through all layers -> the last one's output, made about `stretch` output rows at a
// time. `layers` must not be empty.
at::Tensor run_in_stretches(const std::vector<const MapLayer*>& layers, const at::Tensor& map,
                            std::int64_t stretch);

// The same with whole maps; `maps` receives every one, with those of the ELUs between: for the
// parity tests.
at::Tensor run_whole(const std::vector<const MapLayer*>& layers, const at::Tensor& map,
                     std::vector<at::Tensor>& maps);

}  // namespace cadenza
