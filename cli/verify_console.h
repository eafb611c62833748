// What `cadenza verify` prints: a line for each track, the faults, the summary.
#pragma once

#include <filesystem>

#include "cli/console.h"
#include "lib/verify.h"

namespace cadenza {

class VerifyConsole {
 public:
  VerifyConsole(Console& console, bool prints_json)
      : console_(console), prints_json_(prints_json) {}

  // "ok  takes/a.json", or "differs  takes/a.json: a.wav: was changed on disk (…); …".
  void checked(const std::filesystem::path& record, const TrackCheck& check);
  // The record is bad, its audio is missing, its model cannot be had.
  void failed(const std::filesystem::path& record, const Error& error);

  // Says how many are what. Throws Error(check_failed) when a track differs; else, when one could
  // not be judged, an Error without words of the kind of the first such fault.
  void finish();

 private:
  Console& console_;
  bool prints_json_;
  std::size_t num_ok_ = 0, num_differ_ = 0, num_failed_ = 0;
  ErrorKind first_failure_ = ErrorKind::internal;
};

}  // namespace cadenza
