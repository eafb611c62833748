#include "models/kernels/cpu/huge_buffer.h"

#include <cstdlib>
#include <cstring>
#include <string>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "lib/error.h"

namespace cadenza {

namespace {

constexpr std::size_t kVectorBytes = 64;
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

std::size_t rounded_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

}  // namespace

HugeBuffer::HugeBuffer(std::size_t size_bytes) : size_bytes_(size_bytes) {
  if (size_bytes == 0) return;
  // Small buffers stay on small pages: a tiny model would otherwise hold 2 MiB for each.
  const std::size_t unit = size_bytes >= kHugePageBytes ? kHugePageBytes : kVectorBytes;
  const std::size_t rounded = rounded_up(size_bytes, unit);
  data_.reset(static_cast<std::byte*>(std::aligned_alloc(unit, rounded)));
  if (!data_)
    fail(ErrorKind::temporary,
         "not enough memory for " + std::to_string(size_bytes >> 20) + " MiB of weights or cache",
         "use a smaller model, a lower precision or fewer rows at once");
#if defined(__linux__)
  if (unit == kHugePageBytes) madvise(data_.get(), rounded, MADV_HUGEPAGE);  // a hint: may fail
#endif
  std::memset(data_.get(), 0, rounded);
}

void HugeBuffer::Free::operator()(std::byte* data) const { std::free(data); }

}  // namespace cadenza
