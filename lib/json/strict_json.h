// JSON as RFC 8259 has it and nothing more: duplicate names (after unescaping), NaN, comments,
// trailing commas, lone surrogates, raw control characters, invalid UTF-8 and a BOM are refused.
//
// Include this only in .cpp files: nlohmann/json.hpp costs 2 s of compile time.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lib/error.h"

namespace cadenza {

using Json = nlohmann::ordered_json;

struct JsonLimits {
  std::size_t max_bytes = 1 << 20;
  std::size_t max_depth = 32;
  std::size_t max_members = 4096;  // values and members in all
};

// Where the text begins in a larger file, such as one line of a manifest. Line 0: it is a file of
// its own.
struct JsonPlace {
  std::size_t line = 0, column = 1;
};

// Throws Error(kind): "config.json: line 3, column 7: the name "a" stands twice"; with a place
// "takes.jsonl:3:7: the name "a" stands twice".
Json parse_json(std::string_view text, const std::string& file, const JsonLimits& limits,
                ErrorKind kind, const JsonPlace& place = {});

// A value as it stands in a file, for messages: on one line, escaped, cut to max_chars characters.
std::string shown_json(const Json& value, std::size_t max_chars = 60);

}  // namespace cadenza
