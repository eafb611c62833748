#include "lib/net/curl_api.h"

#include <dlfcn.h>

#include <string>

#include "lib/error.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

#ifdef __APPLE__
constexpr const char* kLibrary = "libcurl.4.dylib";
#else
constexpr const char* kLibrary = "libcurl.so.4";
#endif

template <typename Function>
Function symbol(void* library, const char* name) {
  void* const found = ::dlsym(library, name);
  if (found == nullptr) fail(ErrorKind::internal, std::string(kLibrary) + ": has no " + name);
  return reinterpret_cast<Function>(found);
}

CurlApi open_curl() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    fail(ErrorKind::not_found, "the network needs libcurl: " + escaped(::dlerror()),
         "install it (Debian: libcurl4)");
  symbol<decltype(&::curl_global_init)>(library, "curl_global_init")(CURL_GLOBAL_DEFAULT);
  const auto find = [library]<typename Function>(Function& function, const char* name) {
    function = symbol<Function>(library, name);
  };
  CurlApi api{};
  find(api.easy_init, "curl_easy_init");
  find(api.easy_cleanup, "curl_easy_cleanup");
  find(api.easy_setopt, "curl_easy_setopt");
  find(api.easy_perform, "curl_easy_perform");
  find(api.easy_getinfo, "curl_easy_getinfo");
  find(api.easy_strerror, "curl_easy_strerror");
  find(api.slist_append, "curl_slist_append");
  find(api.slist_free_all, "curl_slist_free_all");
  return api;
}

}  // namespace

const CurlApi& curl_api() {
  static const CurlApi api = open_curl();
  return api;
}

}  // namespace cadenza
