// `cadenza verify`: is a track what its record says, and does it come out the same again?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <set>

#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/model_report.h"
#include "cli/terminal_progress.h"
#include "cli/verify_console.h"
#include "lib/text/quote.h"
#include "models/load.h"

namespace cadenza {

namespace {

namespace fs = std::filesystem;

constexpr const char* kHelp =
    "Examples:\n"
    "  cadenza verify takes/intro.json\n"
    "  cadenza verify takes --hashes-only\n"
    "  cadenza verify takes --model ./my-model --json\n"
    "\n"
    "Makes tracks again from their records and compares the hashes.";

// The model that a record was made with, kept loaded while the next one wants the same.
class ModelShelf {
 public:
  ModelShelf(const VerifyJob& job, Context& context, TerminalProgress& progress)
      : job_(job),
        context_(context),
        progress_(progress),
        search_{hub_cache_path(context.environment)} {}

  // --model is judged before the first record is read.
  void expect_model() {
    if (job_.model) open("", *job_.model);
  }

  Generator& take(const fs::path& record, const Sidecar& sidecar) {
    RuntimeOptions runtime = job_.runtime;
    runtime.device = chosen(job_.device, sidecar.runtime.device);
    runtime.precision = chosen(job_.precision, sidecar.runtime.precision);
    const std::string wanted =
        fmt::format("{}\n{}\n{}", model_name(sidecar), runtime.device, runtime.precision);
    if (generator_ != nullptr && wanted == loaded_) return *generator_;
    generator_.reset();  // two models at a time may not fit
    open(record, model_name(sidecar));
    generator_ = load_generator(checkpoint_, runtime, progress_);
    loaded_ = wanted;
    context_.console.detail("device: " + runtime_line(generator_->runtime()));
    return *generator_;
  }

  const std::vector<std::pair<std::string, std::string>>& file_hashes() const { return hashes_; }

 private:
  static std::string chosen(const std::optional<std::string>& given, const std::string& recorded) {
    if (given) return *given;
    return recorded.empty() ? "auto" : recorded;
  }

  std::string model_name(const Sidecar& sidecar) const {
    return job_.model.value_or(sidecar.model.name);
  }

  // A record may name a model, but not choose a folder of this machine.
  void expect_known(const fs::path& record, const std::string& name) const {
    const auto known = list_models(search_);
    if (job_.model || std::find(known.begin(), known.end(), name) != known.end()) return;
    fail(ErrorKind::not_found,
         fmt::format("{}: model.name: no model here is called {}", shown_path(record.native(), 100),
                     quoted(name)),
         "say where it is: --model DIR");
  }

  void open(const fs::path& record, const std::string& name) {
    if (checkpoint_ != nullptr && name == opened_) return;
    expect_known(record, name);
    checkpoint_ = open_checkpoint(name, search_);
    hashes_ = cadenza::file_hashes(*checkpoint_);
    opened_ = name;
    context_.console.detail("model: " + model_line(describe(*checkpoint_)));
  }

  const VerifyJob& job_;
  Context& context_;
  TerminalProgress& progress_;
  ModelSearch search_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  std::unique_ptr<Generator> generator_;
  std::vector<std::pair<std::string, std::string>> hashes_;
  std::string opened_, loaded_;
};

bool is_signal(const Error& error) {
  return error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::terminated;
}

// So that a fault of the model or the device names the record that asked for it.
Error placed(const Error& error, const std::string& name) {
  if (error.sentence().starts_with(name)) return error;
  return {error.kind(), name + ": " + error.sentence(), error.hint()};
}

class Verifier {
 public:
  Verifier(const VerifyJob& job, Context& context)
      : job_(job),
        context_(context),
        progress_(context.console),
        shelf_(job, context, progress_),
        report_(context.console, job.prints_json) {}

  void run(const std::vector<fs::path>& records) {
    if (!job_.is_hashes_only) shelf_.expect_model();
    for (std::size_t i = 0; i < records.size(); ++i) {
      context_.stop.throw_if_requested();
      if (records.size() > 1)
        progress_.set_prefix(fmt::format("track {} of {}", i + 1, records.size()));
      judge(records[i]);
    }
    report_.finish();
  }

 private:
  void judge(const fs::path& record) {
    const std::string name = shown_path(record.native());
    std::optional<TrackCheck> check;
    try {
      check = checked(record, name);
    } catch (const Error& error) {
      if (is_signal(error)) throw;
      return report_.failed(record, placed(error, name));
    }
    report_.checked(record, *check);
  }

  TrackCheck checked(const fs::path& record, const std::string& name) {
    const std::string text = read_sidecar_text(record);
    TrackCheck check = check_files(record, read_recorded_files(text, name));
    const RecordedTrack track = read_recorded_track(text, name);
    check.contradictions = contradictions(track);
    if (job_.is_hashes_only) return check;
    Generator& generator = shelf_.take(record, track.sidecar);
    check_again(track, generator, shelf_.file_hashes(), progress_, context_.stop, check);
    return check;
  }

  const VerifyJob& job_;
  Context& context_;
  TerminalProgress progress_;
  ModelShelf shelf_;
  VerifyConsole report_;
};

// Of all paths, each once, before anything heavy starts.
std::vector<fs::path> all_records(const std::vector<std::string>& paths) {
  std::vector<fs::path> records;
  std::set<fs::path> seen;
  for (const std::string& path : paths)
    for (fs::path& record : find_records(path))
      if (seen.insert(record.lexically_normal()).second) records.push_back(std::move(record));
  return records;
}

}  // namespace

void add_verify(CLI::App& root) {
  CLI::App* command = root.add_subcommand("verify", kHelp);
  command->footer(exit_code_table());
  add_flags(*command, verify_flags());
}

VerifyJob make_verify_job(const Settings& settings) {
  VerifyJob job;
  job.paths = settings.paths("track");
  if (job.paths.empty())
    fail(ErrorKind::usage, "track: none was given",
         "name a record or a folder: cadenza verify takes");
  const MachineOptions machine = make_machine_options(settings);
  job.runtime = machine.runtime;
  if (settings.is_given("model")) job.model = machine.model;
  if (settings.is_given("device")) job.device = machine.runtime.device;
  if (settings.is_given("precision")) job.precision = machine.runtime.precision;
  job.is_hashes_only = settings.is_on("hashes_only");
  job.prints_json = settings.is_on("json");
  return job;
}

void run_verify(const VerifyJob& job, Context& context) {
  Verifier(job, context).run(all_records(job.paths));
}

}  // namespace cadenza
