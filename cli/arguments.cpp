#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string_view>

#include "lib/error.h"
#include "lib/text/nearest.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

bool is_list(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

std::string canonical_name(const CLI::Option& option) { return "--" + option.get_lnames().front(); }

class ArgumentReader {
 public:
  ArgumentReader(const CLI::App& root, const std::vector<std::string>& arguments)
      : command_(&root), arguments_(arguments) {}

  std::vector<std::string> read() {
    while (next_ < arguments_.size() && !asks_for_help_) read_one(arguments_[next_++]);
    return std::move(canonical_);
  }

 private:
  void read_one(const std::string& word) {
    if (!only_words_ && word == "--") {
      only_words_ = true;
    } else if (only_words_ || word.size() < 2 || word[0] != '-') {
      read_word(word);
    } else if (word[1] == '-') {
      read_long(word);
    } else {
      read_short(word);
    }
  }

  // A word that is no flag: the name of a command, or the command's one positional argument.
  void read_word(const std::string& word) {
    if (has_commands()) return enter_command(word);
    const auto positional =
        command_->get_options([](const CLI::Option* option) { return option->get_positional(); });
    if (positional.empty())
      fail(ErrorKind::usage, "unexpected argument " + quoted(word),
           "remove it: " + quoted(command_->get_name()) + " takes flags only");
    const CLI::Option& option = *positional.front();
    if (first_value_.count(&option) > 0 && !is_list(option))
      fail(ErrorKind::usage,
           "unexpected argument " + quoted(word) + " after " +
               cadenza::quoted(first_value_[&option], 20),
           "put a " + option.get_lnames().front() + " of several words in quotes");
    add_value(option, word);
  }

  void enter_command(const std::string& word) {
    std::vector<std::string> known;
    for (const CLI::App* command :
         command_->get_subcommands([](const CLI::App*) { return true; })) {
      if (command->get_name() == word) {
        command_ = command;
        canonical_.push_back(word);
        return;
      }
      known.push_back(command->get_name());
    }
    std::string all;
    for (const auto& name : known) all += (all.empty() ? "" : ", ") + name;
    const auto near = nearest(word, known);
    fail(ErrorKind::usage, quoted(word) + " is no command (" + all + ")",
         near ? "did you mean " + *near + "?" : "see cadenza --help");
  }

  void read_long(const std::string& word) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CLI::Option& option = known_option(name, name);
    if (equals == std::string::npos) return read_option(option, name, std::nullopt);
    read_option(option, name, word.substr(equals + 1));
  }

  // "-d10", "-d 10", "-qv".
  void read_short(const std::string& word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      const CLI::Option& option = known_option(std::string("-") + word[at], word);
      const std::string rest = word.substr(at + 1);
      if (!takes_value(option) || rest.empty()) {
        read_option(option, word, std::nullopt);
        continue;
      }
      if (rest[0] == '=')
        fail(ErrorKind::usage, shortened(word) + ": a short flag takes no '='",
             "write " + canonical_name(option) + shortened(rest));
      return read_option(option, word, rest);
    }
  }

  void read_option(const CLI::Option& option, const std::string& said,
                   const std::optional<std::string>& attached) {
    if (&option == command_->get_help_ptr()) {
      asks_for_help_ = true;
      canonical_.push_back("--help");
    } else if (takes_value(option)) {
      add_value(option, attached ? *attached : following_value(option, said));
    } else {
      add_toggle(option, attached.value_or("true"));
    }
  }

  void add_toggle(const CLI::Option& option, const std::string& text) {
    if (text != "true" && text != "false")
      fail(ErrorKind::usage,
           canonical_name(option) + ": takes true or false after '=', found " + quoted(text));
    canonical_.push_back(canonical_name(option) + "=" + text);
  }

  void add_value(const CLI::Option& option, const std::string& text) {
    const auto [first, is_new] = first_value_.emplace(&option, text);
    if (!is_new && !is_list(option))
      fail(ErrorKind::usage,
           canonical_name(option) + ": given twice, " + cadenza::quoted(first->second, 30) +
               " and " + cadenza::quoted(text, 30),
           "give it once");
    canonical_.push_back(canonical_name(option));
    canonical_.push_back(text);
  }

  std::string following_value(const CLI::Option& option, const std::string& said) {
    const std::string name = canonical_name(option);
    const std::string flag = said == name ? name : shortened(said) + " (" + name + ")";
    if (next_ == arguments_.size()) fail(ErrorKind::usage, flag + ": the value is missing");
    const std::string& word = arguments_[next_];
    if (looks_like_flag(word))
      fail(ErrorKind::usage, flag + ": the value is missing, found " + quoted(word),
           "write " + name + "=VALUE when the value begins with dashes");
    ++next_;
    return word;
  }

  // "-1" and "-inf" are values, if wrong ones; "--seed", "-q" and "--" are not.
  bool looks_like_flag(const std::string& word) const {
    if (word == "--") return true;
    if (word.size() > 2 && word[0] == '-' && word[1] == '-') return is_ascii_letter(word[2]);
    return word.size() == 2 && word[0] == '-' && find_option(word) != nullptr;
  }

  const CLI::Option* find_option(const std::string& name) const {
    return command_->get_option_no_throw(name);
  }

  const CLI::Option& known_option(const std::string& name, const std::string& said) const {
    if (const CLI::Option* option = find_option(name)) return *option;
    std::vector<std::string> known;
    for (const CLI::Option* option : command_->get_options())
      if (!option->get_lnames().empty()) known.push_back(canonical_name(*option));
    const std::string flag = said.substr(0, said.find('='));
    const auto near = nearest(flag[1] == '-' ? flag : "-" + flag, known);
    std::string hint = "see cadenza --help";
    if (near)
      hint = "did you mean " + *near + "?";
    else if (has_commands())
      hint = "a command comes first: cadenza generate " + shortened(flag);
    fail(ErrorKind::usage, shortened(flag) + ": unknown flag", hint);
  }

  bool has_commands() const {
    return !command_->get_subcommands([](const CLI::App*) { return true; }).empty();
  }

  const CLI::App* command_;
  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
  bool only_words_ = false, asks_for_help_ = false;
  std::map<const CLI::Option*, std::string> first_value_;
  std::vector<std::string> canonical_;
};

}  // namespace

std::vector<std::string> canonical_arguments(const CLI::App& root,
                                             const std::vector<std::string>& arguments) {
  return ArgumentReader(root, arguments).read();
}

}  // namespace cadenza
