// Signals. The first SIGINT, SIGTERM or SIGHUP asks the work to stop at its next step; a second one
// ends the process at once. SIGPIPE and SIGXFSZ are ignored: they become errors of write.
#pragma once

#include "lib/stop.h"

namespace cadenza {

// Installs the handlers. `stop` must live as long as the process: handlers only set it.
void watch_signals(StopFlag& stop);

// SIGUSR1: finish what runs and start nothing more. For commands that can be run again.
void watch_drain(StopFlag& drain);

// Ends the process by the signal that stopped it, so that the shell sees 130 or 143 as a death by
// signal and not as an exit code. Returns only if no signal came. SIGHUP ends as SIGTERM.
void die_by_signal(const StopFlag& stop);

}  // namespace cadenza
