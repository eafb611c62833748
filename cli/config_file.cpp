#include "cli/config_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "lib/error.h"
#include "lib/io/byte_source.h"
#include "lib/text/nearest.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::uint64_t kMaxBytes = 1 << 20;
constexpr std::size_t kMaxEntries = 4096;

std::string at_line(const std::string& file, std::uint32_t line) {
  return fmt::format("{}:{}: ", escaped(file), line);
}

// The name left of '=' on a line, for errors of syntax. Never the value: it may be a secret.
std::string key_on_line(std::string_view text, std::uint32_t line) {
  for (; line > 1; --line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find_first_of("\n="));
  const auto end = text.find_first_of(" \t\r\"'");
  return std::string(text.substr(0, end));
}

std::string scalar_text(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  fail(ErrorKind::usage, where + "expected text, a number, true or false",
       "write one setting a line, as in tempo = 120");
}

ConfigEntry read_entry(const toml::node& node, const std::string& where) {
  ConfigEntry entry{{}, static_cast<int>(node.source().begin.line)};
  const auto* list = node.as_array();
  if (list == nullptr) {
    entry.values.push_back(scalar_text(node, where));
    return entry;
  }
  for (const auto& item : *list) entry.values.push_back(scalar_text(item, where));
  return entry;
}

std::string hint_for(const std::string& key, const std::vector<std::string>& known) {
  const auto near = nearest(key, known);
  return near ? "did you mean " + *near + "?" : "docs/CLI.md lists the settings";
}

toml::table parse_table(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const std::uint32_t line = error.source().begin.line;
    const std::string key = key_on_line(text, line);
    std::string sentence = at_line(name, line);
    if (!key.empty()) sentence += shortened(key, 40) + ": ";
    fail(ErrorKind::usage, sentence + "not TOML: " + shortened(error.description(), 120));
  }
}

}  // namespace

ConfigFile parse_config(const std::string& text, const std::string& name,
                        const std::vector<std::string>& known) {
  const toml::table table = parse_table(text, name);
  if (table.size() > kMaxEntries)
    fail(ErrorKind::usage, fmt::format("{}: {} settings, at most {} are allowed", escaped(name),
                                       table.size(), kMaxEntries));
  ConfigFile config{name, {}};
  for (const auto& [toml_key, node] : table) {
    const std::string key(toml_key.str());
    const std::string where =
        at_line(name, toml_key.source().begin.line) + shortened(key, 40) + ": ";
    if (std::find(known.begin(), known.end(), key) == known.end())
      fail(ErrorKind::usage, where + "unknown setting", hint_for(key, known));
    config.entries.emplace(key, read_entry(node, where));
  }
  return config;
}

ConfigFile read_config_file(const std::filesystem::path& path,
                            const std::vector<std::string>& known) {
  const std::string name = path.string();
  std::string text;
  try {
    text = open_file(path, name)->read_all(kMaxBytes);
  } catch (const Error& error) {
    // To the reader of files a pipe in place of a file is a bad model; here it is bad usage.
    if (error.kind() != ErrorKind::bad_model) throw;
    fail(ErrorKind::usage, error.sentence(), error.hint());
  }
  return parse_config(text, name, known);
}

}  // namespace cadenza
