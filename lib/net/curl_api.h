// libcurl, opened when the first request is made: linking it would cost every start of the program
// 10 ms, for the 28 libraries that it brings.
#pragma once

#include <curl/curl.h>

namespace cadenza {

struct CurlApi {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

// Opened and initialised once, on the thread that asks first; stays open. Throws Error(not_found)
// when the library is not installed.
const CurlApi& curl_api();

}  // namespace cadenza
