// The members of a manifest's row: the fields of a request, a few that only a batch has, and other
// programs' names for them. What a row may not choose is refused by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audio/audio_file.h"
#include "lib/json/strict_json.h"
#include "lib/request.h"

namespace cadenza {

struct ManifestOptions {
  GenerationRequest defaults;  // from flags and config; a row's own value wins
  int max_prompt_chars = kDefaultMaxPromptChars;
  std::int64_t max_rows = 1'000'000;
  std::vector<std::string>
      model_names;  // of the model in use; parameters.model may say one of them
};

struct RowValues {
  GenerationRequest request;
  std::int64_t priority = 0;  // higher goes first
  std::optional<AudioFormat> format;
};

// What is wrong with a row. structural: the whole manifest is refused (unknown or forbidden member,
// bad id); otherwise the row fails alone.
struct RowFault {
  bool is_structural = false;
  std::string sentence;  // "tempo: expected 40..240, found 999", in the manifest's own spelling
};

// Sets members of one row in any order. The first fault stays; later members are ignored then.
class RowBuilder {
 public:
  RowBuilder(const ManifestOptions& options, const RowValues& defaults)
      : options_(options), values_(defaults) {}

  void set_json(std::string_view name, const Json& value);
  // For formats without types: CSV cells and YAML scalars.
  void set_text(std::string_view name, std::string_view text);
  // A member that could not be read at all.
  void refuse(bool is_structural, std::string sentence);

  // The rules that need the whole row.
  void finish();

  const std::optional<RowFault>& fault() const { return fault_; }
  RowValues& values() { return values_; }

 private:
  template <typename Set>
  void set(std::string_view name, const Set& set_known);
  void set_parameters(const Json& members);
  void assign_json(const std::string& field, const Json& value);
  void assign_text(const std::string& field, std::string_view text);
  void set_priority(std::optional<std::int64_t> value, const std::string& shown);

  const ManifestOptions& options_;
  RowValues values_;
  std::vector<std::string_view> seen_;  // by their own names, to find aliases
  std::optional<RowFault> fault_;
};

// What a member is called here: "style" -> "genre", "parameters.tempo" -> "tempo"; other names as
// they are.
std::string_view field_of_member(std::string_view name);

// "promt: unknown field; did you mean prompt?", "model: a manifest may not choose it", or nothing
// for a name that is fine.
std::optional<std::string> member_problem(std::string_view name);

// Every name a row may have, aliases last.
const std::vector<std::string>& manifest_members();

}  // namespace cadenza
