// The executable: words to run_cadenza, what goes wrong to an exit code. The only catch-all.
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/interrupt.h"

namespace {

using cadenza::Error;
using cadenza::ErrorKind;

int report(cadenza::Console& console, const Error& error) {
  // A command that has told every fault in a line of its own leaves only the exit code to tell.
  if (!error.sentence().empty()) console.report(error);
  return cadenza::exit_code(error.kind());
}

int run(const std::vector<std::string>& arguments, const cadenza::StopFlag& stop) {
  const auto environment = cadenza::Environment::of_process();
  cadenza::Console console({.log_format = cadenza::early_log_format(arguments, environment)});
  cadenza::Context context{environment, console, stop};
  try {
    cadenza::run_cadenza(arguments, context);
    return 0;
  } catch (const Error& error) {
    return report(console, error);
  } catch (const std::bad_alloc&) {
    return report(console, Error(ErrorKind::temporary, "out of memory", "free memory, run again"));
  } catch (const std::exception& error) {
    const std::string what = error.what();
    return report(console, Error(ErrorKind::internal, what.substr(0, what.find('\n')),
                                 "this is a bug in Cadenza, please report it"));
  } catch (...) {
    return report(console, Error(ErrorKind::internal, "an exception of an unknown kind",
                                 "this is a bug in Cadenza, please report it"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  static cadenza::StopFlag stop;
  cadenza::claim_standard_streams();
  cadenza::watch_signals(stop);
  const int code = run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), stop);
  if (code != 0) cadenza::die_by_signal(stop);
  return code;
}
