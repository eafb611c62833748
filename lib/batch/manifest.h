// The rows of a batch, whatever the format they came in: JSON lines, a JSON array, CSV, TSV, YAML,
// a folder of request files, or JSON lines on standard input.
//
// Every row is read and judged once, when the manifest is read; what is kept is its text and a few
// numbers, and it is read again when its track is made. A million rows need about 150 MB.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/batch/arena.h"
#include "lib/batch/manifest_fields.h"

namespace cadenza {

inline constexpr std::size_t kShownFaults = 20;

// What the rows of a manifest are written as.
enum class RowText { json, csv, yaml };  // yaml: a JSON object whose values are all text

// One good row: what planning needs of it, and the text it is made from.
struct ManifestRow {
  const char* bytes = nullptr;  // its id (empty: none was given), then its text
  std::uint32_t text_size = 0;
  std::uint32_t number = 0;  // 1-based, blank lines not counted
  std::uint32_t line = 0;    // where it starts
  std::uint32_t file = 0;    // index into Manifest::files
  std::int32_t priority = 0;
  float duration_s = 0;
  std::uint16_t count = 1;
  std::uint8_t id_size = 0;

  std::string_view id() const { return {bytes, id_size}; }
  std::string_view text() const { return {bytes + id_size, text_size}; }
};

// A row that is not made because a value in it is wrong.
struct InvalidRow {
  std::uint32_t number = 0, line = 0, file = 0;
  std::string_view id;       // empty: none was given
  std::string_view problem;  // "tempo: expected …"
};

struct Manifest {
  std::vector<std::string> files;  // names for messages; one, but for a folder
  std::string sha256;              // of all bytes read
  std::deque<ManifestRow> rows;
  std::deque<InvalidRow> invalid;

  // "m.jsonl:3: row 2 id=b: tempo: expected …", the first kShownFaults of num_faults, in the order
  // of the file. is_refused: one of them is structural, so nothing may be made.
  std::vector<std::string> faults;
  std::size_t num_faults = 0;
  bool is_refused = false;

  // A row as it was judged.
  RowValues values(const ManifestRow& row) const;
  // "m.jsonl:3", escaped.
  std::string place(std::uint32_t file, std::uint32_t line) const;

  ManifestOptions options;
  RowValues defaults;  // the command's, under the manifest's own
  RowText row_text = RowText::json;
  char separator = ',';
  std::vector<std::string> columns;  // of CSV
  Arena arena;
};

// Reads and judges all rows; every fault is in the result. path: "-" is standard input. Throws
// Error(not_found), Error(io), and Error(usage) for what no row can be read from: an unknown type,
// a pipe, an empty folder, a size above the limits.
Manifest read_manifest(const std::filesystem::path& path, const ManifestOptions& options);

// Sorts out ids that several tracks would have, ASCII case ignored. visit calls back with each id
// and the index of its row; calling it again gives the same ids. Returns pairs of row indexes.
using IdVisitor = std::function<void(std::string_view id, std::uint32_t row)>;
std::vector<std::pair<std::uint32_t, std::uint32_t>> find_same_ids(
    std::size_t num_ids, const std::function<void(const IdVisitor&)>& visit);

// The id of track `index` of a row: its own, or id_1, id_2, … where the row's count is above 1.
std::string numbered_id(std::string_view id, int index, int count);

// " id=a" for a fault's place, or nothing.
std::string shown_id(std::string_view id);

// "m.jsonl:7: row 7: id: \"a\" is also the id of line 3".
std::string same_id_fault(const Manifest& manifest, const ManifestRow& first,
                          const ManifestRow& second, std::string_view id);

}  // namespace cadenza
