// The result of a row, and of a run, as one JSON object on one line: what --json prints, hooks get
// on standard input, --notify-url posts and events carry.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/batch/tally.h"

namespace cadenza {

// {"id":..,"status":"completed","seconds":..,"files":[{"path":..,"bytes":..,"sha256":..}]}
std::string completed_result(const std::string& id, const std::filesystem::path& out_dir,
                             const std::vector<JournalFile>& files, double seconds);

// {"id":..,"status":"failed","seconds":..,"error":{"kind":..,"message":..,"hint":..}}
std::string failed_result(const std::string& id, const Error& error, double seconds);

// {"kind":..,"message":..,"hint":..}; the hint only when there is one.
std::string error_json(const Error& error);

// How a run ended.
struct RunEnd {
  std::string stopped_by;      // "--max-seconds", "a drain", …; empty: nobody did
  std::optional<Error> error;  // what ended it early: a signal, a full disk
};

// completed: every row is done; partial: some failed; stopped: rows are left; failed: an error that
// no row owns ended it.
std::string run_status(const RunEnd& end, const BatchFigures& figures);

// {"status":..,"rows":..,"done":..,"failed":..,"left":..,"seconds":..,…}
std::string run_result(const RunEnd& end, const BatchFigures& figures);

// One object out of two, neither empty, their names distinct: the members of the first, then those
// of the second.
std::string joined_objects(const std::string& first, const std::string& second);

}  // namespace cadenza
