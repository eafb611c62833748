#include "cli/flag_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/machine_options.h"
#include "cli/output_options.h"
#include "lib/request.h"
#include "models/load.h"

namespace cadenza {

FlagSpec toggle(std::string name, std::string help, bool is_setting) {
  return {std::move(name), "", "", std::move(help), "", FlagKind::toggle, is_setting};
}

FlagGroup without(FlagGroup group, const std::vector<std::string>& names) {
  std::erase_if(group.flags, [&](const FlagSpec& flag) {
    return std::find(names.begin(), names.end(), flag.name) != names.end();
  });
  return group;
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

}  // namespace cadenza
