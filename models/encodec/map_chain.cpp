#include "models/encodec/map_chain.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

namespace cadenza {

namespace {

// A layer, what it has been given so far, and how far it has come.
struct Station {
  const MapLayer* layer;
  MapWindow input;
  std::int64_t output_total;
  std::int64_t made = 0;  // output rows

  // Where to stop so that output row `end` is among what has been made.
  std::int64_t stop_for(std::int64_t end) const {
    return std::clamp(layer->cut_after(end), made, output_total);
  }

  at::Tensor make_until(std::int64_t stop) {
    at::Tensor rows = layer->forward_rows(input, {made, stop});
    made = stop;
    let_go();
    return rows;
  }

  // Of what no output still to be made looks at. A copy, so that the large map is freed.
  void let_go() {
    const std::int64_t keep =
        std::clamp(layer->looks_at({made, made + 1}).first, input.first, input.end());
    input.rows = input.rows.narrow(0, keep - input.first, input.end() - keep).clone();
    input.first = keep;
  }

  void take(const at::Tensor& rows) {
    input.rows = input.rows.size(0) == 0 ? rows : at::cat({input.rows, rows});
  }
};

// The first station holds the whole map, the others nothing yet.
std::vector<Station> stations_for(const std::vector<const MapLayer*>& layers,
                                  const at::Tensor& map) {
  std::vector<Station> stations;
  MapWindow input{map, 0, map.size(0)};
  for (const MapLayer* layer : layers) {
    const std::int64_t output_total = layer->output_rows(input.total);
    stations.push_back({layer, input, output_total});
    input = {at::empty({0, 0}, map.options()), 0, output_total};
  }
  return stations;
}

// Moves the last station on to output row `end`, and the others as far as that needs.
at::Tensor advance(std::vector<Station>& stations, std::int64_t end) {
  std::vector<std::int64_t> stops(stations.size());
  for (std::size_t i = stations.size(); i-- > 0;) {
    stops[i] = stations[i].stop_for(end);
    end = std::min(stations[i].layer->looks_at({0, stops[i]}).end, stations[i].input.total);
  }
  at::Tensor rows;
  for (std::size_t i = 0; i < stations.size(); ++i) {
    if (i > 0) stations[i].take(std::exchange(rows, {}));
    rows = stations[i].make_until(stops[i]);
  }
  return rows;
}

}  // namespace

at::Tensor run_in_stretches(const std::vector<const MapLayer*>& layers, const at::Tensor& map,
                            std::int64_t stretch) {
  std::vector<Station> stations = stations_for(layers, map);
  const Station& last = stations.back();
  at::Tensor all;
  while (last.made < last.output_total) {
    const std::int64_t begin = last.made;
    const at::Tensor rows = advance(stations, std::min(begin + stretch, last.output_total));
    if (!all.defined()) all = at::empty({last.output_total, rows.size(1)}, rows.options());
    all.narrow(0, begin, rows.size(0)).copy_(rows);
  }
  return all;
}

at::Tensor run_whole(const std::vector<const MapLayer*>& layers, const at::Tensor& map,
                     std::vector<at::Tensor>& maps) {
  at::Tensor rows = map;
  for (const MapLayer* layer : layers) {
    if (layer->has_elu_before()) maps.push_back(at::elu(rows));
    rows = layer->forward(rows);
    maps.push_back(rows);
  }
  return rows;
}

}  // namespace cadenza
