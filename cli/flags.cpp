#include "cli/flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "cli/commands.h"
#include "cli/machine_options.h"
#include "cli/output_options.h"
#include "lib/request.h"
#include "models/load.h"

namespace cadenza {

namespace {

FlagSpec toggle(std::string name, std::string help, bool is_setting = true) {
  return {std::move(name), "", "", std::move(help), "", FlagKind::toggle, is_setting};
}

FlagGroup music_flags() {
  const GenerationRequest standard;
  const std::string limit = fmt::format("{}", kDefaultMaxPromptChars);
  return {
      "Music",
      {
          {.name = "prompt",
           .shortcut = "p",
           .metavar = "TEXT",
           .help = "what to play, 5 to " + limit + " characters; - reads it from standard input",
           .is_setting = false,
           .is_positional = true},
          {.name = "prompt-file",
           .metavar = "FILE",
           .help = "read the prompt from FILE",
           .is_setting = false},
          {.name = "genre", .metavar = "TEXT", .help = "such as jazz"},
          {.name = "mood", .metavar = "TEXT", .help = "such as calm"},
          {.name = "instruments",
           .metavar = "LIST",
           .help = "such as \"piano, double bass\"",
           .kind = FlagKind::list},
          {.name = "key", .metavar = "KEY", .help = "such as \"C minor\", \"F# major\", Bb"},
          {.name = "tempo",
           .metavar = "BPM",
           .help = "40 to 240, or slow, moderate, fast",
           .hidden = {"--bpm"}},
          {.name = "duration",
           .shortcut = "d",
           .metavar = "SECONDS",
           .help = "length, exact to the sample; above 0, at most 300 and the model's window",
           .standard = fmt::format("{}", standard.duration_s),
           .hidden = {"--secs"}},
          {.name = "seed",
           .metavar = "N",
           .help =
               "0 to 2^63-1; the same seed gives the same track; drawn and printed when absent"},
          {.name = "count",
           .shortcut = "n",
           .metavar = "N",
           .help = "1 to 1000 variations, each with a seed of its own",
           .standard = fmt::format("{}", standard.count)},
          {.name = "template",
           .metavar = "NAME",
           .help = "how prompt and fields become the model's text: audiocraft, natural, raw",
           .standard = standard.template_name},
          {.name = "max-prompt-chars",
           .metavar = "N",
           .help = "allow longer prompts",
           .standard = limit},
          {.name = "id",
           .metavar = "ID",
           .help = "name in the metadata; from the content if absent",
           .is_setting = false},
          {.name = "owner", .metavar = "ID", .help = "recorded in the metadata"},
          {.name = "tags",
           .metavar = "LIST",
           .help = "recorded in the metadata",
           .kind = FlagKind::list},
      }};
}

FlagGroup sampling_flags() {
  const std::string model = "the model's";
  return {"Sampling",
          {
              {.name = "temperature",
               .metavar = "T",
               .help = "0 to 5; 0 takes the likeliest token",
               .standard = model},
              {.name = "top-k",
               .metavar = "K",
               .help = "draw from the K likeliest; 0 is off",
               .standard = model},
              {.name = "top-p",
               .metavar = "P",
               .help = "draw from this much probability; 0 is off",
               .standard = model},
              {.name = "guidance",
               .metavar = "G",
               .help = "0 to 20, how closely to follow the text; 1 is unguided",
               .standard = model,
               .hidden = {"-g", "--cfg-coef", "--guidance-scale"}},
              toggle("greedy", "always take the likeliest token"),
          }};
}

FlagGroup output_flags() {
  const OutputOptions standard;
  return {
      "Output",
      {
          {.name = "output",
           .shortcut = "o",
           .metavar = "FILE",
           .help =
               "the audio file, its metadata .json beside it; - writes audio to standard output",
           .is_setting = false},
          {.name = "out-dir",
           .metavar = "DIR",
           .help = "folder for files named by the template",
           .standard = "."},
          {.name = "name-template",
           .metavar = "TEXT",
           .help = "file name from {slug} {id} {id8} {seed} {index} {owner}",
           .standard = standard.name_template},
          {.name = "format",
           .shortcut = "f",
           .metavar = "NAME",
           .help = "wav, mp3, flac, ogg, opus",
           .standard =
               fmt::format("from the suffix, else {}", format_name(standard.encode.format))},
          {.name = "bits",
           .metavar = "N",
           .help = "16, 24 or 32f (wav); 16 or 24 (flac)",
           .standard = sample_format_name(standard.encode.bits)},
          {.name = "bitrate", .metavar = "KBPS", .help = "constant bitrate of mp3"},
          {.name = "vbr",
           .metavar = "Q",
           .help = "variable bitrate of mp3, 0 (best) to 9",
           .standard = "2"},
          {.name = "sample-rate",
           .metavar = "HZ",
           .help = "8000 to 192000",
           .standard = "the model's, 48000 for opus"},
          {.name = "channels", .metavar = "N", .help = "1 or 2", .standard = "the model's"},
          {.name = "loudness",
           .metavar = "LUFS",
           .help = fmt::format("-70 to 0 under a true peak of {} dBTP; peak; off",
                               standard.finish.ceiling_dbtp),
           .standard = fmt::format("{}", standard.finish.loudness_lufs)},
          {.name = "fade-in",
           .metavar = "SECONDS",
           .help = "fade at the start",
           .standard = fmt::format("{}", standard.finish.fade_in_s)},
          {.name = "fade-out",
           .metavar = "SECONDS",
           .help = "fade at the end",
           .standard = fmt::format("{}", standard.finish.fade_out_s)},
          toggle("trim-silence", "drop silence at both ends; the track may become shorter"),
          toggle("save-tokens", "also write the codec tokens, in a .tokens file"),
          toggle("no-metadata", "write no metadata"),
          toggle("no-embed-prompt", "keep the prompt out of the audio file's tags"),
          toggle("overwrite", "replace files that exist", false),
      }};
}

FlagSpec model_flag() {
  return {.name = "model",
          .shortcut = "m",
          .metavar = "MODEL",
          .help = "starter, a repository id in the Hugging Face cache, or a folder",
          .standard = MachineOptions{}.model};
}

FlagSpec device_flag() {
  return {.name = "device",
          .metavar = "NAME",
          .help = "auto, cpu, cuda, cuda:N",
          .standard = MachineOptions{}.runtime.device};
}

FlagGroup machine_flags() {
  const RuntimeOptions standard;
  const std::string threads = standard.threads == 0 ? "auto" : fmt::format("{}", standard.threads);
  return {"Machine",
          {
              model_flag(),
              device_flag(),
              {.name = "precision",
               .metavar = "NAME",
               .help = "auto, fp32, bf16, fp16 (GPU), int8 (CPU; close), int4 (CPU; audible loss)",
               .standard = standard.precision,
               .hidden = {"--dtype"}},
              {.name = "threads",
               .metavar = "N",
               .help = "processor threads, or auto",
               .standard = threads},
              toggle("offline", "never use the network"),
              toggle("allow-nonfinite", "load weights that hold NaN or infinity"),
              toggle("no-pack-cache", "keep no packed weights in ~/.cache/cadenza/packs"),
          }};
}

FlagGroup general_flags() {
  return {
      "General",
      {
          toggle("json", "results on standard output as JSON"),
          {.name = "quiet",
           .shortcut = "q",
           .help = "say nothing but errors",
           .kind = FlagKind::toggle},
          {.name = "verbose",
           .shortcut = "v",
           .help = "say more; progress without a terminal",
           .kind = FlagKind::toggle},
          {.name = "config",
           .metavar = "FILE",
           .help = "settings in TOML",
           .standard = "$XDG_CONFIG_HOME/cadenza/config.toml"},
          {.name = "color", .metavar = "WHEN", .help = "auto, always, never", .standard = "auto"},
          {.name = "log-format",
           .metavar = "NAME",
           .help = "standard error as text or json",
           .standard = "text"},
      }};
}

std::string joined_names(const FlagSpec& flag) {
  std::string names;
  if (flag.is_positional) names += flag.name + ",";
  if (!flag.shortcut.empty()) names += "-" + flag.shortcut + ",";
  names += "--" + flag.name;
  for (const auto& other : flag.hidden) names += "," + other;
  return names;
}

std::string shown_name(const FlagSpec& flag) {
  const std::string shortcut = flag.shortcut.empty() ? "    " : "-" + flag.shortcut + ", ";
  return shortcut + "--" + flag.name + (flag.metavar.empty() ? "" : " " + flag.metavar);
}

void add_flag(CLI::App& command, const FlagSpec& flag, const std::string& group) {
  const bool takes_value = flag.kind != FlagKind::toggle;
  CLI::Option* option =
      takes_value ? command.add_option(joined_names(flag)) : command.add_flag(joined_names(flag));
  const std::string standard = flag.standard.empty() ? "" : " [" + flag.standard + "]";
  option->description(flag.help + standard)->option_text(shown_name(flag))->group(group);
  if (flag.kind != FlagKind::value) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::string with_underscores(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

}  // namespace

std::vector<FlagGroup> generate_flags() {
  auto general = general_flags();
  general.flags.insert(general.flags.begin(),
                       toggle("dry-run", "print the resolved plan and touch nothing", false));
  return {music_flags(), sampling_flags(), output_flags(), machine_flags(), std::move(general)};
}

namespace {

FlagGroup batch_group() {
  return {
      "Batch",
      {
          {.name = "manifest",
           .metavar = "FILE",
           .help = "rows as .jsonl .json .csv .tsv .yaml, a folder of .json, or - for JSON lines",
           .is_setting = false,
           .is_positional = true},
          {.name = "shard",
           .metavar = "I/N",
           .help = "make every N-th row only, from the I-th; auto asks the cluster's variables",
           .is_setting = false},
          {.name = "shard-count",
           .metavar = "N",
           .help = "number of shards where auto cannot know",
           .is_setting = false},
          {.name = "shard-base",
           .metavar = "N",
           .help = "first index of the array, for auto",
           .standard = "1",
           .is_setting = false},
          {.name = "batch-size",
           .metavar = "N",
           .help = "tracks decoded together, or auto",
           .standard = "auto",
           .is_setting = false},
          {.name = "max-rows",
           .metavar = "N",
           .help = "refuse longer manifests",
           .standard = "1000000",
           .is_setting = false},
          toggle("watch", "keep taking new request files from a folder until stopped", false),
          toggle("resume", "go on where an earlier run ended (this is the default)", false),
          toggle("fresh", "forget what an earlier run made here and start over", false),
          toggle("rerun-failed", "only make the rows that failed before", false),
          toggle("verify", "compare hashes of what is done, not sizes alone", false),
          {.name = "retries",
           .metavar = "N",
           .help = "tries after a passing failure, 0 to 100",
           .standard = "2",
           .is_setting = false},
          {.name = "timeout",
           .metavar = "SECONDS",
           .help = "of one track; 0 is none",
           .standard = "0",
           .is_setting = false},
          toggle("fail-fast", "start nothing with a bad row, stop at the first failure", false),
          {.name = "max-failures",
           .metavar = "N",
           .help = "stop after N failed rows; 0 is never",
           .standard = "0",
           .is_setting = false},
          {.name = "max-seconds",
           .metavar = "SECONDS",
           .help = "start no track after this long, end with 75; 0 is never",
           .standard = "0",
           .is_setting = false},
          {.name = "cost-per-hour",
           .metavar = "PRICE",
           .help = "of this machine, in any currency: the summary tells what the run cost",
           .is_setting = false},
          {.name = "max-cost",
           .metavar = "PRICE",
           .help = "start no track once the run has cost this, end with 75; 0 is never",
           .standard = "0",
           .is_setting = false},
          toggle("dry-run", "print the resolved plan as JSON lines and touch nothing", false),
          toggle("schema", "print the JSON Schema of a row", false),
      }};
}

FlagGroup batch_report_flags() {
  return {"Reports",
          {
              {.name = "events",
               .metavar = "FILE",
               .help = "append what happens as JSON lines; - is standard output, and all it holds",
               .is_setting = false},
              {.name = "status-file",
               .metavar = "FILE",
               .help = "counts, running rows and time left as JSON, rewritten every second",
               .is_setting = false},
              {.name = "metrics-file",
               .metavar = "FILE",
               .help = "the same figures as Prometheus text",
               .is_setting = false},
              {.name = "junit",
               .metavar = "FILE",
               .help = "the outcome of every row as JUnit XML, at the end",
               .is_setting = false},
              {.name = "on-complete",
               .metavar = "COMMAND",
               .help = "run by /bin/sh once for each row that ends, its result on standard input",
               .is_setting = false},
              {.name = "hook-timeout",
               .metavar = "SECONDS",
               .help = "end a command that takes longer",
               .standard = fmt::format("{}", BatchReportOptions{}.hook_timeout_s),
               .is_setting = false},
              {.name = "notify-url",
               .metavar = "URL",
               .help = "POST the result of each row and of the run, with the header in "
                       "CADENZA_NOTIFY_HEADER"},
          }};
}

// What a batch takes from its rows, or names itself.
FlagGroup without(FlagGroup group, const std::vector<std::string>& names) {
  std::erase_if(group.flags, [&](const FlagSpec& flag) {
    return std::find(names.begin(), names.end(), flag.name) != names.end();
  });
  return group;
}

}  // namespace

std::vector<FlagGroup> batch_flags() {
  FlagGroup output = without(output_flags(), {"output", "name-template", "no-metadata"});
  for (FlagSpec& flag : output.flags)
    if (flag.name == "out-dir") {
      flag.help = "folder for ID.wav, ID.json and the journal";
      flag.standard = "";
    }
  return {batch_group(),
          batch_report_flags(),
          without(music_flags(), {"prompt", "prompt-file", "id"}),
          sampling_flags(),
          std::move(output),
          machine_flags(),
          general_flags()};
}

std::vector<FlagGroup> models_list_flags() { return {general_flags()}; }

std::vector<FlagGroup> models_info_flags() {
  auto model = model_flag();
  model.is_positional = true;
  return {{"Model", {model, toggle("hashes", "add the SHA-256 of every file", false)}},
          general_flags()};
}

std::vector<FlagGroup> models_pack_flags() {
  auto model = model_flag();
  model.is_positional = true;
  FlagGroup machine = without(machine_flags(), {"model", "no-pack-cache", "allow-nonfinite"});
  return {{"Model", {model}}, std::move(machine), general_flags()};
}

std::vector<FlagGroup> verify_flags() {
  FlagGroup machine = without(machine_flags(), {"no-pack-cache"});  // from the checkpoint itself
  for (FlagSpec& flag : machine.flags) {
    if (flag.name != "model" && flag.name != "device" && flag.name != "precision") continue;
    flag.standard = "the record's";
    flag.is_setting = false;  // a habit of the machine must not contradict every record
  }
  return {
      {"Verify",
       {{.name = "track",
         .metavar = "PATH",
         .help = "NAME.json, the audio beside it, or a folder of them; several may be named",
         .kind = FlagKind::paths,
         .is_setting = false,
         .is_positional = true},
        toggle("hashes-only", "compare the files with their records, make nothing again", false)}},
      std::move(machine),
      general_flags()};
}

std::vector<FlagGroup> report_flags() {
  return {{"Report",
           {{.name = "dir",
             .metavar = "DIR",
             .help = "output folder of a batch or a shard; several may be named",
             .kind = FlagKind::paths,
             .is_setting = false,
             .is_positional = true},
            {.name = "format",
             .shortcut = "f",
             .metavar = "NAME",
             .help = "table, json, junit, markdown",
             .standard = "table",
             .is_setting = false},
            {.name = "cost-per-hour",
             .metavar = "PRICE",
             .help = "of one machine, to say what the tracks cost",
             .is_setting = false}}},
          general_flags()};
}

std::vector<FlagGroup> doctor_flags() {
  return {{"Machine", {model_flag(), device_flag()}}, general_flags()};
}

std::string field_name(const std::string& flag_name) { return with_underscores(flag_name); }

std::string variable_name(const std::string& flag_name) {
  std::string name = "CADENZA_" + with_underscores(flag_name);
  for (char& letter : name)
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return name;
}

void add_flags(CLI::App& command, const std::vector<FlagGroup>& groups) {
  for (const auto& group : groups)
    for (const auto& flag : group.flags) add_flag(command, flag, group.title);
}

FlagValues given_flags(const CLI::App& command) {
  FlagValues given;
  for (const CLI::Option* option : command.get_options())
    if (option->count() > 0 && !option->get_lnames().empty())
      given[option->get_lnames().front()] = option->results();
  return given;
}

}  // namespace cadenza
