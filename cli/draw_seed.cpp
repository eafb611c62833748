#include "cli/draw_seed.h"

#include <sys/random.h>

#include "lib/error.h"

namespace cadenza {

std::uint64_t draw_seed() {
  std::uint64_t seed = 0;
  if (::getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed))
    fail(ErrorKind::io, "drawing a seed: the system gives no random bytes", "give --seed N");
  return seed >> 1;
}

}  // namespace cadenza
