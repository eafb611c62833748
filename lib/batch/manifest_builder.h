// Where the readers of each format put rows and faults.
#pragma once

#include <string>
#include <string_view>

#include "lib/batch/manifest.h"

namespace cadenza {

class ManifestBuilder {
 public:
  ManifestBuilder(Manifest& manifest) : manifest_(manifest) {}

  // Which file the next rows come from.
  void begin_file(std::string name);

  // Reads, judges and keeps one row. line: where it starts; column: of its first character.
  void add_json(std::string_view text, std::size_t line, std::size_t column = 1);
  void add_csv(std::string_view record, std::size_t line);
  // text: a JSON object whose values are texts, lists of texts or, for parameters, an object.
  void add_yaml(std::string_view text, std::size_t line);

  // A structural fault: the sentence begins with its place.
  void refuse(std::string sentence);

  // Checks what only all rows together can show.
  void finish();

 private:
  void add(std::string_view text, std::size_t line, RowBuilder& row);
  void keep_row(std::string_view text, std::size_t line, const RowValues& values);
  void add_fault(std::size_t line, const std::string& id, const RowFault& fault);
  void add_fault_line(std::string sentence);
  void count_row();
  void find_clashes();

  Manifest& manifest_;
  std::uint32_t file_ = 0;
  std::uint32_t number_ = 0;  // of the row being read
};

// Sets the members of one row from its text. Throws Error(usage) for text that cannot be read.
void read_json_row(std::string_view text, const std::string& file, std::size_t line,
                   std::size_t column, RowBuilder& row);
void read_csv_row(std::string_view record, const Manifest& manifest, const std::string& file,
                  std::size_t line, RowBuilder& row);
void read_yaml_row(std::string_view text, RowBuilder& row);

// One reader for each format, each in a file of its own.
void read_jsonl(const std::filesystem::path& path, Manifest& manifest);
void read_json_array(const std::filesystem::path& path, Manifest& manifest);
void read_csv(const std::filesystem::path& path, char separator, Manifest& manifest);
void read_yaml(const std::filesystem::path& path, Manifest& manifest);
// Every *.json of a folder that is not hidden, by name. Throws Error(io).
std::vector<std::filesystem::path> request_files(const std::filesystem::path& folder);
void read_folder(const std::filesystem::path& path, Manifest& manifest);

// Members of {"defaults": {…}}: they hold for every row that does not say otherwise.
void read_defaults(const Json& members, const std::string& place, Manifest& manifest);

}  // namespace cadenza
