// The safetensors format, strictly: 8 bytes of header length, a JSON header, raw little-endian
// data.
//
// Only the header is read. Everything is checked before anything is allocated by a number from the
// file, so that a damaged or hostile file costs one error line: names and members stand once,
// shape and dtype give exactly the bytes of the range, and the ranges cover the data from its first
// byte to the end of the file without gap or overlap. What is accepted here the reference library
// accepts too. https://github.com/huggingface/safetensors#format
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/io/byte_source.h"
#include "models/checkpoint/weights.h"

namespace cadenza {

enum class Dtype {
  f64,
  f32,
  f16,
  bf16,
  f8_e4m3,
  f8_e5m2,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean
};

std::string_view dtype_name(Dtype dtype);  // as the file spells it: "F32"
std::int64_t dtype_size_bytes(Dtype dtype);

struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;                   // every size >= 0; empty: a single number
  std::uint64_t offset = 0;      // of the first byte, from the start of the file
  std::uint64_t size_bytes = 0;  // product of the shape times the dtype's size
};

// The tensors in the order of the header. Throws Error(bad_model) naming file and tensor.
std::vector<TensorEntry> read_safetensors_header(const ByteSource& source);

}  // namespace cadenza
