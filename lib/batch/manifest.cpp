#include "lib/batch/manifest.h"

#include <fmt/format.h>

#include <system_error>

#include "lib/batch/line_reader.h"
#include "lib/batch/manifest_builder.h"
#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

void read_by_type(const std::filesystem::path& path, Manifest& manifest) {
  std::error_code ignored;
  const std::string suffix = path.extension().string();
  if (path == "-" || suffix == ".jsonl" || suffix == ".ndjson") return read_jsonl(path, manifest);
  if (suffix == ".json") return read_json_array(path, manifest);
  if (suffix == ".csv") return read_csv(path, ',', manifest);
  if (suffix == ".tsv") return read_csv(path, '\t', manifest);
  if (suffix == ".yaml" || suffix == ".yml") return read_yaml(path, manifest);
  if (std::filesystem::is_directory(path, ignored)) return read_folder(path, manifest);
  open_manifest_file(path, shown_path(path.native()));  // says when it is not there at all
  fail(ErrorKind::usage, fmt::format("{}: the type of a manifest is told by its suffix: expected "
                                     ".jsonl, .json, .csv, .tsv, .yaml, .yml or a folder",
                                     shown_path(path.native())));
}

}  // namespace

Manifest read_manifest(const std::filesystem::path& path, const ManifestOptions& options) {
  Manifest manifest;
  manifest.options = options;
  manifest.defaults.request = options.defaults;
  read_by_type(path, manifest);
  return manifest;
}

}  // namespace cadenza
