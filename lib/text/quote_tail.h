// Names whose end tells them apart (tensors, paths), made safe for one line and cut from the left.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cadenza {

// escaped() of lib/text/quote.h, its last max_chars code points ("…" before them when cut), in
// double quotes: "…layers.0.self_attn.q_proj.weight".
std::string quoted_tail(std::string_view text, std::size_t max_chars = 60);

}  // namespace cadenza
