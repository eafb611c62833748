// `cadenza doctor`: what is here, and what would go wrong.
#include <CLI/CLI.hpp>

#include "cli/command_flags.h"
#include "cli/commands.h"
#include "cli/doctor_report.h"
#include "cli/flags.h"
#include "cli/help.h"

namespace cadenza {

void add_doctor(CLI::App& root) {
  CLI::App* command =
      root.add_subcommand("doctor",
                          "Examples:\n  cadenza doctor\n  cadenza doctor --device cuda --json\n\n"
                          "Says what is installed, which device is used, and what would go wrong.");
  command->footer(exit_code_table());
  add_flags(*command, doctor_flags());
}

DoctorJob make_doctor_job(const Settings& settings) {
  DoctorJob job;
  job.machine = make_machine_options(settings);
  job.config_name = settings.config_name();
  job.prints_json = settings.is_on("json");
  return job;
}

void run_doctor(const DoctorJob& job, Context& context) {
  const DoctorReport report = examine(job.machine, job.config_name, context.environment);
  context.console.print(job.prints_json ? report_json(report) : report_text(report));
  context.console.expect_delivered();
  if (!report.engine.is_available)
    fail(ErrorKind::device, "the engine cannot be opened: " + report.engine.problem,
         "install Cadenza again: libcadenza_engine.so and libtorch belong beside it");
}

}  // namespace cadenza
