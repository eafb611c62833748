#include "lib/batch/manifest_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/batch/csv.h"
#include "lib/batch/file_name.h"
#include "lib/error.h"
#include "lib/request_id.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr JsonLimits kRowLimits{.max_bytes = kMaxRecordBytes, .max_depth = 16, .max_members = 4096};
constexpr std::size_t kMaxMembers = 64;
constexpr std::size_t kShownIdChars = 40;
constexpr std::size_t kMaxIdBytes = 128;

// ID.error.json is where a failure of track ID is recorded.
constexpr std::string_view kErrorSuffix = ".error";

void expect_batch_id(const std::string& id, int count) {
  expect_id("id", numbered_id(id, count - 1, count));
  if (folded_id(id).ends_with(kErrorSuffix))
    fail(ErrorKind::usage,
         fmt::format("id: expected no {} at the end, found {}", kErrorSuffix, quoted(id)));
}

}  // namespace

std::string numbered_id(std::string_view id, int index, int count) {
  return count == 1 ? std::string(id) : fmt::format("{}_{}", id, index + 1);
}

std::string shown_id(std::string_view id) {
  return id.empty() ? "" : fmt::format(" id={}", shortened(id, kShownIdChars));
}

std::string same_id_fault(const Manifest& manifest, const ManifestRow& first,
                          const ManifestRow& second, std::string_view id) {
  const std::string other = first.file == second.file ? fmt::format("line {}", first.line)
                                                      : manifest.place(first.file, first.line);
  return fmt::format("{}: row {}: id: {} is also an id of {}",
                     manifest.place(second.file, second.line), second.number,
                     quoted(id, kShownIdChars), other);
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> find_same_ids(
    std::size_t num_ids, const std::function<void(const IdVisitor&)>& visit) {
  // Hashes first, so that a million ids need 16 MB; then those that look alike are compared.
  std::vector<std::pair<std::size_t, std::uint32_t>> hashes;
  hashes.reserve(num_ids);
  std::vector<std::string> same;  // ids whose hashes met
  visit([&](std::string_view id, std::uint32_t row) {
    hashes.emplace_back(std::hash<std::string>{}(folded_id(id)), row);
  });
  std::sort(hashes.begin(), hashes.end());
  std::vector<std::size_t> met;
  for (std::size_t i = 1; i < hashes.size(); ++i)
    if (hashes[i].first == hashes[i - 1].first) met.push_back(hashes[i].first);
  if (met.empty()) return {};
  hashes = {};

  std::vector<std::pair<std::string, std::uint32_t>> suspects;
  visit([&](std::string_view id, std::uint32_t row) {
    std::string folded = folded_id(id);
    if (std::binary_search(met.begin(), met.end(), std::hash<std::string>{}(folded)))
      suspects.emplace_back(std::move(folded), row);
  });
  std::stable_sort(suspects.begin(), suspects.end());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> result;
  for (std::size_t i = 1, first = 0; i < suspects.size(); ++i) {
    if (suspects[i].first == suspects[first].first)
      result.emplace_back(suspects[first].second, suspects[i].second);
    else
      first = i;
  }
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  return result;
}

RowValues Manifest::values(const ManifestRow& row) const {
  RowBuilder builder(options, defaults);
  const std::string& file = files[row.file];
  if (row_text == RowText::json) read_json_row(row.text(), file, row.line, 1, builder);
  if (row_text == RowText::csv) read_csv_row(row.text(), *this, file, row.line, builder);
  if (row_text == RowText::yaml) read_yaml_row(row.text(), builder);
  builder.finish();
  if (builder.fault())  // it was good before: the same text, the same rules
    fail(ErrorKind::internal, place(row.file, row.line) + ": " + builder.fault()->sentence);
  return std::move(builder.values());
}

std::string Manifest::place(std::uint32_t file, std::uint32_t line) const {
  return fmt::format("{}:{}", files[file], line);
}

void ManifestBuilder::begin_file(std::string name) {
  file_ = static_cast<std::uint32_t>(manifest_.files.size());
  manifest_.files.push_back(std::move(name));
}

void ManifestBuilder::count_row() {
  if (++number_ > manifest_.options.max_rows)
    fail(ErrorKind::usage,
         fmt::format("{}: has more than {} rows", manifest_.files[file_],
                     manifest_.options.max_rows),
         "raise --max-rows or split the manifest");
}

void ManifestBuilder::add_json(std::string_view text, std::size_t line, std::size_t column) {
  count_row();
  RowBuilder row(manifest_.options, manifest_.defaults);
  read_json_row(text, manifest_.files[file_], line, column, row);
  add(text, line, row);
}

void ManifestBuilder::add_csv(std::string_view record, std::size_t line) {
  count_row();
  RowBuilder row(manifest_.options, manifest_.defaults);
  read_csv_row(record, manifest_, manifest_.files[file_], line, row);
  add(record, line, row);
}

void ManifestBuilder::add_yaml(std::string_view text, std::size_t line) {
  count_row();
  RowBuilder row(manifest_.options, manifest_.defaults);
  read_yaml_row(text, row);
  add(text, line, row);
}

void ManifestBuilder::add(std::string_view text, std::size_t line, RowBuilder& row) {
  row.finish();
  RowValues& values = row.values();
  const std::string id = values.request.id.value_or("");
  if (!row.fault() && values.request.id) {
    try {
      expect_batch_id(id, values.request.count);
    } catch (const Error& error) {
      row.refuse(true, error.sentence());
    }
  }
  if (row.fault()) return add_fault(line, id, *row.fault());
  keep_row(text, line, values);
}

void ManifestBuilder::keep_row(std::string_view text, std::size_t line, const RowValues& values) {
  ManifestRow kept;
  const std::string id = values.request.id.value_or("");
  // One after the other in the arena, so that one pointer is enough.
  std::string bytes;
  bytes.reserve(id.size() + text.size());
  bytes += id;
  bytes += text;
  kept.bytes = manifest_.arena.keep(bytes).data();
  kept.text_size = static_cast<std::uint32_t>(text.size());
  kept.id_size = static_cast<std::uint8_t>(id.size());
  kept.number = number_;
  kept.line = static_cast<std::uint32_t>(line);
  kept.file = file_;
  kept.priority = static_cast<std::int32_t>(values.priority);
  kept.duration_s = static_cast<float>(values.request.duration_s);
  kept.count = static_cast<std::uint16_t>(values.request.count);
  manifest_.rows.push_back(kept);
}

void ManifestBuilder::add_fault(std::size_t line, const std::string& id, const RowFault& fault) {
  const auto line_number = static_cast<std::uint32_t>(line);
  add_fault_line(fmt::format("{}: row {}{}: {}", manifest_.place(file_, line_number), number_,
                             shown_id(id), fault.sentence));
  if (fault.is_structural) {
    manifest_.is_refused = true;
    return;
  }
  manifest_.invalid.push_back({number_, line_number, file_, manifest_.arena.keep(id),
                               manifest_.arena.keep(fault.sentence)});
}

void ManifestBuilder::add_fault_line(std::string sentence) {
  if (++manifest_.num_faults <= kShownFaults) manifest_.faults.push_back(std::move(sentence));
}

void ManifestBuilder::refuse(std::string sentence) {
  manifest_.is_refused = true;
  add_fault_line(std::move(sentence));
}

void ManifestBuilder::find_clashes() {
  const auto& rows = manifest_.rows;
  const auto visit = [&](const IdVisitor& visitor) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (int n = 0; n < rows[i].count && rows[i].id_size != 0; ++n)
        if (rows[i].count == 1)
          visitor(rows[i].id(), static_cast<std::uint32_t>(i));
        else
          visitor(numbered_id(rows[i].id(), n, rows[i].count), static_cast<std::uint32_t>(i));
  };
  for (const auto& [first, second] : find_same_ids(rows.size(), visit))
    refuse(same_id_fault(manifest_, rows[first], rows[second], rows[second].id()));
}

void ManifestBuilder::finish() {
  find_clashes();
  if (number_ == 0 && manifest_.num_faults == 0)
    refuse(fmt::format("{}: holds no rows",
                       manifest_.files.empty() ? "manifest" : manifest_.files.front()));
}

void read_json_row(std::string_view text, const std::string& file, std::size_t line,
                   std::size_t column, RowBuilder& row) {
  const Json object = parse_json(text, file, kRowLimits, ErrorKind::usage, {line, column});
  if (!object.is_object())
    return row.refuse(true, fmt::format("expected an object, found {}", object.type_name()));
  if (object.size() > kMaxMembers)
    return row.refuse(
        true, fmt::format("has {} fields, at most {} are allowed", object.size(), kMaxMembers));
  // The id first, so that a fault further on can be told with it.
  for (const auto& [name, value] : object.items())
    if (field_of_member(name) == "id") row.set_json(name, value);
  for (const auto& [name, value] : object.items())
    if (field_of_member(name) != "id") row.set_json(name, value);
}

void read_yaml_row(std::string_view text, RowBuilder& row) {
  const Json object = Json::parse(text);  // our own text
  const auto set = [&row](const std::string& name, const Json& value) {
    if (value.is_string())
      row.set_text(name, value.get_ref<const std::string&>());
    else
      row.set_json(name, value);
  };
  for (const auto& [name, value] : object.items())
    if (field_of_member(name) == "id") set(name, value);
  for (const auto& [name, value] : object.items()) {
    if (field_of_member(name) == "id") continue;
    if (name == "parameters" && value.is_object())
      for (const auto& [inner, inner_value] : value.items())
        set("parameters." + inner, inner_value);
    else
      set(name, value);
  }
}

void read_csv_row(std::string_view record, const Manifest& manifest, const std::string& file,
                  std::size_t line, RowBuilder& row) {
  const auto cells = split_record(record, manifest.separator, file, line);
  const auto& columns = manifest.columns;
  if (cells.size() != columns.size())
    fail(ErrorKind::usage, fmt::format("{}:{}: has {} fields, the header has {}", file, line,
                                       cells.size(), columns.size()));
  // An empty cell says nothing: the field is absent in this row.
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (!cells[i].empty() && field_of_member(columns[i]) == "id")
      row.set_text(columns[i], cells[i]);
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (!cells[i].empty() && field_of_member(columns[i]) != "id")
      row.set_text(columns[i], cells[i]);
}

void read_defaults(const Json& members, const std::string& place, Manifest& manifest) {
  if (!members.is_object()) fail(ErrorKind::usage, place + ": defaults: expected an object");
  RowBuilder row(manifest.options, manifest.defaults);
  for (const auto& [name, value] : members.items()) {
    if (field_of_member(name) == "id")
      fail(ErrorKind::usage, place + ": defaults: id: every row has one of its own");
    row.set_json(name, value);
  }
  if (row.fault()) fail(ErrorKind::usage, place + ": defaults: " + row.fault()->sentence);
  manifest.defaults = std::move(row.values());
}

}  // namespace cadenza
