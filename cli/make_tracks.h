// The acting part of `cadenza generate`: a plan and a loaded generator in, files and lines out.
#pragma once

#include "cli/console.h"
#include "cli/generate_plan.h"
#include "cli/terminal_progress.h"
#include "lib/generator.h"
#include "lib/stop.h"

namespace cadenza {

// Makes and publishes the tracks one after the other. Standard output gets one line a track: its
// path, or with prints_json its sidecar on one line; or the audio itself when the plan writes no
// files. Standard error gets a summary of each.
void make_tracks(const GeneratePlan& plan, bool prints_json, Generator& generator, Console& console,
                 TerminalProgress& progress, const StopFlag& stop);

}  // namespace cadenza
