#include "models/kernels/cpu/huge_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "lib/error.h"

namespace cadenza {

namespace {

constexpr std::size_t kVectorBytes = 64;
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
const std::size_t kSmallPageBytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

std::size_t rounded_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

std::byte* allocate_small(std::size_t size) {
  const std::size_t rounded = rounded_up(size, kVectorBytes);
  void* data = std::aligned_alloc(kVectorBytes, rounded);
  if (data) std::memset(data, 0, rounded);
  return static_cast<std::byte*>(data);
}

// Zero pages that cost nothing until they are touched: a cache takes what its track has come to,
// not what it may need. Mapped with a page to spare, which is given back where it is not needed.
std::byte* map_huge(std::size_t size) {
  const std::size_t spare = size + kHugePageBytes;
  void* mapped = ::mmap(nullptr, spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<std::byte*>(mapped);
  const auto address = reinterpret_cast<std::uintptr_t>(mapped);
  const std::size_t before = rounded_up(address, kHugePageBytes) - address;
  const std::size_t used = rounded_up(size, kSmallPageBytes);
  if (before > 0) ::munmap(begin, before);
  ::munmap(begin + before + used, spare - before - used);
#if defined(__linux__)
  ::madvise(begin + before, used, MADV_HUGEPAGE);  // a hint: may fail
#endif
  return begin + before;
}

}  // namespace

HugeBuffer::HugeBuffer(std::size_t size_bytes) : size_bytes_(size_bytes) {
  if (size_bytes == 0) return;
  // Small buffers stay on small pages: a tiny model would otherwise hold 2 MiB for each.
  const bool is_huge = size_bytes >= kHugePageBytes;
  std::byte* data = is_huge ? map_huge(size_bytes) : allocate_small(size_bytes);
  if (!data)
    fail(ErrorKind::temporary,
         "not enough memory for " + std::to_string(size_bytes >> 20) + " MiB of weights or cache",
         "use a smaller model, a lower precision or fewer rows at once");
  data_ = std::unique_ptr<std::byte, Free>(data, Free{is_huge ? size_bytes : 0});
}

void HugeBuffer::Free::operator()(std::byte* data) const {
  if (mapped_bytes == 0) return std::free(data);
  ::munmap(data, mapped_bytes);
}

}  // namespace cadenza
