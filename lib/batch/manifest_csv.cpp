// CSV and TSV: a header of field names, then one record for each row.
#include <fmt/format.h>

#include <algorithm>

#include "lib/batch/csv.h"
#include "lib/batch/manifest_builder.h"
#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxColumns = 64;

void expect_header(const Manifest& manifest, const std::string& place) {
  const auto refuse = [&](const std::string& what) { fail(ErrorKind::usage, place + ": " + what); };
  const auto& columns = manifest.columns;
  if (columns.size() > kMaxColumns)
    refuse(fmt::format("has {} columns, at most {} are allowed", columns.size(), kMaxColumns));
  bool has_prompt = !manifest.defaults.request.prompt.empty();
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (column->empty()) refuse(fmt::format("column {} has no name", column - columns.begin() + 1));
    if (const auto problem = member_problem(*column)) refuse("column " + *problem);
    if (std::find(columns.begin(), column, *column) != column)
      refuse(fmt::format("column {} stands twice", quoted(*column)));
    has_prompt = has_prompt || *column == "prompt";
  }
  if (!has_prompt) refuse("there is no column prompt");
}

}  // namespace

void read_csv(const std::filesystem::path& path, char separator, Manifest& manifest) {
  const std::string name = shown_path(path.native());
  manifest.row_text = RowText::csv;
  manifest.separator = separator;
  ManifestBuilder builder(manifest);
  builder.begin_file(name);
  LineReader lines(open_manifest_file(path, name), name);
  RecordReader records(lines, separator);
  try {
    std::string_view record;
    if (records.next(record)) {
      manifest.columns = split_record(record, separator, name, records.line_number());
      expect_header(manifest, fmt::format("{}:{}", name, records.line_number()));
    }
    while (records.next(record)) builder.add_csv(record, records.line_number());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
    builder.refuse(error.sentence());
  }
  builder.finish();
  if (!manifest.is_refused) manifest.sha256 = lines.sha256();
}

}  // namespace cadenza
