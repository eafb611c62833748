#include "lib/error.h"

#include <utility>

namespace cadenza {

namespace {

struct KindFacts {
  ErrorKind kind;
  int code;
  std::string_view name;
};

constexpr KindFacts kKinds[] = {
    {ErrorKind::internal, 1, "internal"},      {ErrorKind::usage, 2, "usage"},
    {ErrorKind::partial, 3, "partial"},        {ErrorKind::not_found, 4, "not_found"},
    {ErrorKind::bad_model, 5, "bad_model"},    {ErrorKind::io, 6, "io"},
    {ErrorKind::device, 7, "device"},          {ErrorKind::remote, 8, "remote"},
    {ErrorKind::check_failed, 9, "check_failed"}, {ErrorKind::temporary, 75, "temporary"},
    {ErrorKind::interrupted, 130, "interrupted"}, {ErrorKind::terminated, 143, "terminated"},
};

const KindFacts& facts(ErrorKind kind) {
  for (const auto& entry : kKinds)
    if (entry.kind == kind) return entry;
  return kKinds[0];
}

}  // namespace

int exit_code(ErrorKind kind) { return facts(kind).code; }

std::string_view error_kind_name(ErrorKind kind) { return facts(kind).name; }

Error::Error(ErrorKind kind, std::string sentence, std::string hint)
    : kind_(kind), sentence_(std::move(sentence)), hint_(std::move(hint)) {}

Error& Error::with_details(std::vector<std::string> details) {
  details_ = std::move(details);
  return *this;
}

void fail(ErrorKind kind, std::string sentence, std::string hint) {
  throw Error(kind, std::move(sentence), std::move(hint));
}

}  // namespace cadenza
