#include "cli/verify_console.h"

#include <fmt/format.h>

#include "lib/json/strict_json.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr std::size_t kShownFailures = 20;

std::string json_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json inputs_array(const std::vector<ChangedInput>& inputs) {
  Json array = Json::array();
  for (const ChangedInput& input : inputs)
    array.push_back({{"input", input.input}, {"recorded", input.recorded}, {"now", input.now}});
  return array;
}

Json check_object(const std::filesystem::path& record, const TrackCheck& check) {
  Json object = {{"record", record.native()}, {"status", check.is_same() ? "ok" : "differs"}};
  for (const CheckedFile& file : check.files) {
    Json entry = {{"path", file.path}, {"recorded", file.recorded}, {"found", file.found}};
    if (!file.remade.empty()) entry["remade"] = file.remade;
    object["files"].push_back(std::move(entry));
  }
  object["faults"] = check.faults();
  object["contradictions"] = inputs_array(check.contradictions);
  object["changed_inputs"] = inputs_array(check.changed_inputs);
  return object;
}

// A changed weight is told even when the bytes are the same. Machine and build differ often and
// mean nothing then.
std::string without_effect(const TrackCheck& check) {
  std::string names;
  for (const ChangedInput& input : check.changed_inputs)
    if (input.input.starts_with("model."))
      names += (names.empty() ? ": the same in spite of another " : ", ") + shortened(input.input);
  return names;
}

std::string text_line(const std::filesystem::path& record, const TrackCheck& check) {
  if (check.is_same())
    return fmt::format("ok       {}{}\n", shown_path(record.native()), without_effect(check));
  std::string line = fmt::format("differs  {}", shown_path(record.native()));
  const char* before = ": ";
  for (const std::string& fault : check.faults()) {
    line += before + fault;
    before = "; ";
  }
  return line + "\n";
}

}  // namespace

void VerifyConsole::checked(const std::filesystem::path& record, const TrackCheck& check) {
  ++(check.is_same() ? num_ok_ : num_differ_);
  console_.print(prints_json_ ? json_line(check_object(record, check)) : text_line(record, check));
}

void VerifyConsole::failed(const std::filesystem::path& record, const Error& error) {
  if (num_failed_ == 0) first_failure_ = error.kind();
  if (++num_failed_ <= kShownFailures) console_.report(error);
  if (prints_json_)
    console_.print(json_line(
        {{"record", record.native()},
         {"status", "failed"},
         {"error",
          {{"kind", std::string(error_kind_name(error.kind()))}, {"message", error.sentence()}}}}));
  else
    console_.print(fmt::format("failed   {}\n", shown_path(record.native())));
}

void VerifyConsole::finish() {
  console_.expect_delivered();
  const std::size_t num_all = num_ok_ + num_differ_ + num_failed_;
  if (num_failed_ > kShownFailures)
    console_.report(Error(first_failure_, fmt::format("{} tracks could not be verified, the first "
                                                      "{} are shown",
                                                      num_failed_, kShownFailures)));
  if (num_differ_ > 0)
    fail(ErrorKind::check_failed,
         fmt::format("not as recorded: {} of {} tracks{}", num_differ_, num_all,
                     num_failed_ > 0 ? fmt::format(", {} could not be judged", num_failed_) : ""));
  if (num_failed_ > 0) throw Error(first_failure_, "");  // each has been told
  console_.note(fmt::format("as recorded: {} of {} tracks", num_ok_, num_all));
}

}  // namespace cadenza
