// What an action throws, so that tests can look at kind and words of an Error.
#pragma once

#include <optional>

#include "lib/error.h"

namespace cadenza {

template <typename Action>
std::optional<Error> thrown(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace cadenza
