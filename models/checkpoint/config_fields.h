// One block of a model's JSON configuration, read field by field with a default, a type and a
// range.
//
// Include this only in .cpp files: it brings nlohmann/json.hpp along.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/json/strict_json.h"

namespace cadenza {

// What null means: a wrong value in config.json, where every field of ours has one; "not set" in
// generation_config.json, where the library writes it for what it leaves to its own defaults.
enum class Nulls { wrong, absent };

// Every read_… and expect_… throws Error(bad_model) "config.json: decoder.hidden_size: expected …,
// found …". An absent field leaves the caller's default.
class ConfigBlock {
 public:
  // path: "" for the whole file, "decoder" for a block inside.
  ConfigBlock(const Json& json, std::string file, std::string path, Nulls nulls = Nulls::wrong);

  // A block inside this one; an absent one is empty, so that all its fields have their defaults.
  ConfigBlock block(const char* key) const;

  bool has(const char* key) const { return find(key) != nullptr; }
  bool is_null(const char* key) const;
  bool is_text(const char* key, std::string_view text) const;
  void read_integer(const char* key, std::int64_t low, std::int64_t high,
                    std::int64_t& value) const;
  void read_integers(const char* key, std::size_t max_count, std::int64_t low, std::int64_t high,
                     std::vector<std::int64_t>& values) const;
  // A number in low..high.
  void read_number(const char* key, double low, double high, double& value) const;
  void read_boolean(const char* key, bool& value) const;
  void read_word(const char* key, const std::vector<std::string_view>& allowed,
                 std::string& value) const;

  // The field must have this value when it is there.
  void expect_word(const char* key, std::string_view value) const;
  void expect_boolean(const char* key, bool value) const;
  void expect_null(const char* key) const;

  // The sentence for a field of this block. found is JSON as it stands in the file.
  [[noreturn]] void refuse(const char* key, const std::string& expected) const;

 private:
  const Json* find(const char* key) const;

  Json json_;
  std::string file_, path_;
  Nulls nulls_;
};

}  // namespace cadenza
