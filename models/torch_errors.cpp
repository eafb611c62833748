#include "models/torch_errors.h"

#include <c10/util/Exception.h>

#include <initializer_list>
#include <new>
#include <string>
#include <string_view>

#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

bool holds_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words)
    if (text.find(word) != std::string_view::npos) return true;
  return false;
}

[[noreturn]] void fail_out_of_memory() {
  fail(ErrorKind::temporary, "out of memory while making music",
       "close other programs, or ask for a shorter piece or a smaller model");
}

// The CPU allocator has no exception type of its own, only these words.
[[noreturn]] void fail_as(const std::string& text) {
  if (holds_any(text, {"DefaultCPUAllocator", "out of memory"})) fail_out_of_memory();
  const std::string first_line = escaped(text.substr(0, text.find('\n')));
  if (holds_any(text, {"CUDA error", "CUDNN_STATUS", "CUBLAS_STATUS"}))
    fail(ErrorKind::device, "the CUDA device failed: " + first_line, "try --device cpu");
  fail(ErrorKind::internal, "libtorch failed: " + first_line);
}

}  // namespace

void rethrow_as_error() {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const c10::OutOfMemoryError&) {
    fail_out_of_memory();
  } catch (const c10::Error& error) {
    fail_as(error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    fail_out_of_memory();
  } catch (const std::exception& error) {
    fail_as(error.what());
  } catch (...) {
    fail(ErrorKind::internal, "libtorch failed without saying why");
  }
}

}  // namespace cadenza
