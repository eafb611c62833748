// Where a track goes and how it sounds when delivered: everything after the model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/settings.h"
#include "lib/audio/audio_file.h"
#include "lib/audio/finish.h"
#include "lib/io/publish.h"

namespace cadenza {

struct OutputOptions {
  std::string file;  // --output; "-" is standard output; empty: named by the template
  std::filesystem::path out_dir;
  std::string name_template = "{slug}-{id8}";  // without suffix
  EncodeOptions encode;
  FinishOptions finish;  // duration_s is filled in from the request
  bool writes_metadata = true, saves_tokens = false, embeds_prompt = true;
  Overwrite overwrite = Overwrite::no;

  bool goes_to_stdout() const { return file == "-"; }
};

// Throws Error(usage) for wrong values and for what contradicts itself: --format against the suffix
// of --output, --bitrate for a format without one, --output with --out-dir.
OutputOptions make_output_options(const Settings& settings);

}  // namespace cadenza
