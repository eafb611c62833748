#include "cli/track_names.h"

#include <functional>
#include <map>
#include <string_view>

#include "lib/error.h"
#include "lib/request_id.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kMaxSlugBytes = 40;
constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kShortIdDigits = 8;
constexpr const char* kPlaceholders = "{slug} {id} {id8} {seed} {index} {owner}";

bool is_slug_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Calls `expand` with the name inside each pair of braces and puts its answer in their place.
std::string expanded(const std::string& text,
                     const std::function<std::string(const std::string&)>& expand) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find_first_of("{}", at);
    result += text.substr(at, open - at);
    if (open == std::string::npos) break;
    const auto close = text.find('}', open);
    if (text[open] == '}' || close == std::string::npos)
      fail(ErrorKind::usage, "name-template: a brace without its pair in " + quoted(text));
    result += expand(text.substr(open + 1, close - open - 1));
    at = close + 1;
  }
  return result;
}

std::map<std::string, std::string> placeholders(const GenerationRequest& request,
                                                const std::string& id, int index) {
  return {{"slug", slug(request.prompt)},        {"id", id},
          {"id8", id.substr(0, kShortIdDigits)}, {"seed", std::to_string(request.seed.value_or(0))},
          {"index", std::to_string(index + 1)},  {"owner", request.owner.value_or("")}};
}

std::string expand_template(const std::string& text,
                            const std::map<std::string, std::string>& values) {
  return expanded(text, [&](const std::string& name) {
    const auto found = values.find(name);
    if (found == values.end())
      fail(ErrorKind::usage, "name-template: " + quoted("{" + name + "}") + " is unknown",
           std::string("write ") + kPlaceholders);
    return found->second;
  });
}

void expect_parts(const std::string& path) {
  if (path.size() > kMaxPathBytes)
    fail(ErrorKind::usage, "name-template: the name is longer than 1024 bytes");
  std::string_view rest = path;
  while (true) {
    const auto slash = rest.find('/');
    expect_id("name-template", rest.substr(0, slash));
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

std::string numbered(const std::string& stem, int index, int count) {
  return count == 1 ? stem : stem + "_" + std::to_string(index + 1);
}

// "x.wav" -> "x", ".wav"; a name without a suffix keeps none.
std::pair<std::string, std::string> split_suffix(const std::string& file) {
  const std::string suffix = std::filesystem::path(file).extension().string();
  return {file.substr(0, file.size() - suffix.size()), suffix};
}

std::pair<std::string, std::string> stem_and_suffix(const OutputOptions& output,
                                                    const GenerationRequest& request,
                                                    const std::string& request_id, int index) {
  if (!output.file.empty()) {
    const auto [stem, suffix] = split_suffix(output.file);
    return {numbered(stem, index, request.count), suffix};
  }
  const std::string& text = output.name_template;
  const auto name = expand_template(text, placeholders(request, request_id, index));
  expect_parts(name);
  const bool tells_apart = text.find("{index}") != std::string::npos;
  return {(output.out_dir / (tells_apart ? name : numbered(name, index, request.count))).string(),
          std::string(".") + format_name(output.encode.format)};
}

}  // namespace

std::string slug(const std::string& prompt) {
  std::string result;
  for (char c : prompt) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (is_slug_character(c)) {
      result += c;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
    if (result.size() == kMaxSlugBytes) break;
  }
  while (!result.empty() && result.back() == '-') result.pop_back();
  return result.empty() ? "track" : result;
}

std::string track_id(const std::string& request_id, int index, int count) {
  return numbered(request_id, index, count);
}

void expect_name_template(const std::string& name_template) {
  const GenerationRequest sample{.prompt = "sample", .seed = 0, .owner = "owner"};
  expect_parts(expand_template(name_template, placeholders(sample, "0123456789abcdef", 0)));
}

TrackFiles track_files(const OutputOptions& output, const GenerationRequest& request,
                       const std::string& request_id, int index) {
  const auto [stem, suffix] = stem_and_suffix(output, request, request_id, index);
  TrackFiles files{.audio = stem + suffix};
  if (output.saves_tokens) files.tokens = stem + ".tokens";
  if (output.writes_metadata) files.metadata = stem + ".json";
  return files;
}

}  // namespace cadenza
