// A folder of request files, as a bucket of them would be: each *.json holds one row.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "lib/batch/line_reader.h"
#include "lib/batch/manifest_builder.h"
#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace fs = std::filesystem;

std::vector<fs::path> request_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".json" && !entry->path().filename().native().starts_with('.'))
      files.push_back(entry->path());
  if (error)
    fail(ErrorKind::io, fmt::format("{}: {}", shown_path(folder.native()), error.message()));
  std::sort(files.begin(), files.end());  // the order of the folder itself differs between disks
  return files;
}

void read_folder(const fs::path& path, Manifest& manifest) {
  const auto files = request_files(path);
  if (files.empty())
    fail(ErrorKind::usage,
         fmt::format("{}: holds no request files (*.json)", shown_path(path.native())));
  ManifestBuilder builder(manifest);
  Sha256 hash;
  for (const fs::path& file : files) {
    const std::string name = shown_path(file.native());
    builder.begin_file(name);
    try {
      builder.add_json(read_manifest_file(file, name, kMaxRecordBytes, hash), 1);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::usage) throw;
      builder.refuse(error.sentence());  // the other files are files of their own
    }
  }
  builder.finish();
  manifest.sha256 = hash.hex();
}

}  // namespace cadenza
