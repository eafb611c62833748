// What a value of each request field may be: the ranges and lengths, once, for every way a value
// comes in (flag or CSV text, JSON, set directly in the struct).
//
// expect_… throws, parse_… and normal_… throw or return the value. All throw Error(usage):
// "top-k: expected an integer from 0 to 2147483647, found "all"". Fields are spelled as flags.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/request.h"

namespace cadenza {

struct DecimalRule {
  std::string_view field, expected;
  double low, high;              // both included,
  bool is_low_excluded = false;  // unless this is set
};

struct IntegerRule {
  std::string_view field, expected;
  std::int64_t low, high;
};

inline constexpr std::string_view kTempoExpected = "40..240 or slow|moderate|fast";
inline constexpr DecimalRule kTempoRule{"tempo", kTempoExpected, 40, 240};
inline constexpr DecimalRule kDurationRule{"duration", "seconds above 0 and up to 300", 0, 300,
                                           true};
inline constexpr DecimalRule kTemperatureRule{"temperature", "a number from 0 to 5", 0, 5};
inline constexpr DecimalRule kTopPRule{"top-p", "a number from 0 to 1", 0, 1};
inline constexpr DecimalRule kGuidanceRule{"guidance", "a number from 0 to 20", 0, 20};
inline constexpr IntegerRule kSeedRule{"seed", "an integer from 0 to 9223372036854775807", 0,
                                       INT64_MAX};
inline constexpr IntegerRule kCountRule{"count", "an integer from 1 to 1000", 1, 1000};
inline constexpr IntegerRule kTopKRule{"top-k", "an integer from 0 to 2147483647", 0, INT32_MAX};

inline constexpr std::size_t kMinPromptChars = 5;
inline constexpr std::size_t kMaxWordChars = 100;  // genre, mood, key, one instrument, one tag
inline constexpr std::size_t kMaxListItems = 16;   // instruments, tags

// "<field>: expected <expected>, found <found>"; found is shown as it stands.
[[noreturn]] void fail_field(std::string_view field, std::string_view expected,
                             std::string_view found);

// From text: plain decimal ASCII without a sign.
double parse_in_range(const DecimalRule& rule, std::string_view text);
std::int64_t parse_in_range(const IntegerRule& rule, std::string_view text);
Tempo parse_tempo(std::string_view text);
bool parse_switch(std::string_view field, std::string_view text);  // true|false
std::vector<std::string> parse_list(std::string_view field, std::string_view text);

// Of values.
void expect_in_range(const DecimalRule& rule, double value);
void expect_in_range(const IntegerRule& rule, std::int64_t value);
void expect_prompt(std::string_view prompt, int max_prompt_chars);
void expect_words(std::string_view field, std::string_view text);  // 1..100 characters
void expect_list(std::string_view field, const std::vector<std::string>& items);
void expect_template(std::string_view name);

// "c MINOR" -> "C minor", "f#  major" -> "F# major", "bb" -> "Bb": the letter upper case, '#' or
// 'b' as it is, one space, the mode in lower case; no mode is added where none was given.
std::string normal_key(std::string_view text);

std::string_view tempo_word_name(TempoWord word);

}  // namespace cadenza
