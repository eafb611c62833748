// JSON lines: one object to a line, blank lines skipped.
#include "lib/batch/line_reader.h"
#include "lib/batch/manifest_builder.h"
#include "lib/text/quote.h"
#include "lib/text/utf8.h"

namespace cadenza {

void read_jsonl(const std::filesystem::path& path, Manifest& manifest) {
  const std::string name = path == "-" ? "stdin" : shown_path(path.native());
  ManifestBuilder builder(manifest);
  builder.begin_file(name);
  LineReader lines(open_manifest_file(path, name), name);
  try {
    for (std::string_view line; lines.next(line);)
      if (!trimmed(line).empty()) builder.add_json(line, lines.line_number());
  } catch (const Error& error) {
    // After a line that is no JSON the rest is guesswork: it may be another format altogether.
    if (error.kind() != ErrorKind::usage) throw;
    builder.refuse(error.sentence());
  }
  builder.finish();
  if (!manifest.is_refused) manifest.sha256 = lines.sha256();
}

}  // namespace cadenza
