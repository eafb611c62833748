// The checkpoints of tests/data, opened as a user's would be.
#pragma once

#include <memory>
#include <string>

#include "models/checkpoint/checkpoint.h"
#include "models/checkpoint/model_files.h"
#include "tests/support/goldens.h"

namespace cadenza::testing {

// name: "mono", "stereo" or "sharded"; the last two come without a tokenizer and use mono's.
inline std::shared_ptr<const Checkpoint> fixture_checkpoint(const std::string& name) {
  ModelFiles files = open_model_folder(data_path(name), name);
  if (!files.find("spiece.model"))
    files.files["spiece.model"] = open_file(data_path("mono/spiece.model"), "spiece.model");
  return std::make_shared<const Checkpoint>(std::move(files));
}

}  // namespace cadenza::testing
