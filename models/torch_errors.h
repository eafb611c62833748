// Where libtorch's exceptions become ours: c10::Error never leaves models/.
#pragma once

#include <exception>
#include <utility>

namespace cadenza {

// For use inside a catch block: throws the exception in flight as an Error. Out of memory is
// temporary, a failing CUDA device is device, an Error stays what it is, all else is internal.
[[noreturn]] void rethrow_as_error();

template <typename Work>
auto with_our_errors(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    rethrow_as_error();
  }
}

}  // namespace cadenza
