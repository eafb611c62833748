#include "lib/stop.h"

#include <csignal>

#include "lib/error.h"

namespace cadenza {

void StopFlag::throw_if_requested() const {
  const int signal = signal_number();
  if (signal == 0) return;
  if (signal == SIGINT) fail(ErrorKind::interrupted, "stopped by Ctrl-C; no unfinished file is left");
  fail(ErrorKind::terminated, "stopped by a signal; no unfinished file is left");
}

}  // namespace cadenza
