#include "cli/status_files.h"

#include "lib/io/publish.h"
#include "lib/version.h"

namespace cadenza {

namespace {

constexpr auto kPause = std::chrono::seconds(1);

}  // namespace

void StatusFiles::begin(const RunFacts& run) {
  run_ = run;
  started_ = std::chrono::system_clock::now();
  has_begun_ = true;
  write("running");
}

void StatusFiles::tick() {
  if (has_begun_ && std::chrono::steady_clock::now() - last_write_ >= kPause) write("running");
}

void StatusFiles::end(const std::string& state) { write(state); }

void StatusFiles::write(const std::string& state) {
  last_write_ = std::chrono::steady_clock::now();
  const BatchFigures figures = tally_.figures();
  const auto now = std::chrono::system_clock::now();
  if (!paths_.status.empty())
    write_file(paths_.status, status_json({run_, state, started_, now}, figures));
  if (!paths_.metrics.empty())
    write_file(paths_.metrics,
               metrics_text({std::string(kVersion), run_.model, started_, now}, figures));
}

// A status that cannot be written must not cost a track: it is said once, and tried again.
void StatusFiles::write_file(const std::filesystem::path& path, const std::string& text) {
  try {
    publish_file(path, text, Overwrite::yes);
  } catch (const Error& error) {
    if (!std::exchange(has_warned_, true)) console_.warn(error.sentence());
  }
}

}  // namespace cadenza
