#include "cli/command_flags.h"

#include <fmt/format.h>

#include <utility>

#include "cli/commands.h"
#include "cli/flag_groups.h"

namespace cadenza {

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

}  // namespace

std::vector<FlagGroup> generate_flags() {
  auto general = general_flags();
  general.flags.insert(general.flags.begin(),
                       toggle("dry-run", "print the resolved plan and touch nothing", false));
  return {music_flags(), sampling_flags(), output_flags(), machine_flags(), std::move(general)};
}

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

std::vector<std::vector<FlagGroup>> all_command_flags() {
  return {generate_flags(),    batch_flags(),       verify_flags(),      report_flags(),
          models_list_flags(), models_info_flags(), models_pack_flags(), doctor_flags()};
}

}  // namespace cadenza
