#include "lib/net/http_post.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "lib/error.h"
#include "lib/net/curl_api.h"
#include "lib/text/quote.h"

namespace cadenza {

namespace {

constexpr int kMostTries = 5;
constexpr double kFirstWaitS = 0.5, kLongestWaitS = 60, kLongestInAllS = 120;
constexpr long kConnectMs = 10'000, kInAllMs = 30'000;

std::size_t drop_bytes(char*, std::size_t size, std::size_t count, void*) { return size * count; }

int stop_in_a_hurry(void* hurry, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool>*>(hurry) ? 1 : 0;
}

class CurlPoster final : public HttpPoster {
 public:
  CurlPoster(const std::string& url, const std::string& header, const std::string& user_agent)
      : curl_(curl_api()),
        handle_(curl_.easy_init(), curl_.easy_cleanup),
        headers_(nullptr, curl_.slist_free_all) {
    if (!handle_) fail(ErrorKind::internal, "libcurl cannot start");
    add("Content-Type: application/json");
    add("Expect:");  // no question before so small a body
    if (!header.empty()) add(header);
    set(CURLOPT_URL, url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
    set(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    set(CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    set(CURLOPT_USERAGENT, user_agent.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
    set(CURLOPT_TIMEOUT_MS, kInAllMs);
    set(CURLOPT_WRITEFUNCTION, drop_bytes);
    set(CURLOPT_ERRORBUFFER, message_);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, stop_in_a_hurry);
  }

  HttpAnswer post(const std::string& body, const std::atomic<bool>& hurry) override {
    message_[0] = '\0';
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.c_str());
    set(CURLOPT_XFERINFODATA, &hurry);
    const CURLcode code = curl_.easy_perform(handle_.get());
    if (code != CURLE_OK)
      return {.problem = message_[0] != '\0' ? message_ : curl_.easy_strerror(code)};
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_.easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_.easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &retry_after_s);
    return {static_cast<int>(status), "", static_cast<double>(retry_after_s)};
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_.easy_setopt(handle_.get(), option, value);
  }
  void add(const std::string& header) {
    headers_.reset(curl_.slist_append(headers_.release(), header.c_str()));
  }

  const CurlApi& curl_;
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle_;
  std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> headers_;
  char message_[CURL_ERROR_SIZE] = "";
};

bool is_passing(const HttpAnswer& answer) {
  return answer.status == 0 || answer.status == 408 || answer.status == 409 ||
         answer.status == 429 || answer.status >= 500;
}

void sleep_for(double seconds, const std::atomic<bool>& hurry) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!hurry && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

std::string shown(const HttpAnswer& answer) {
  return answer.status == 0 ? escaped(answer.problem) : fmt::format("HTTP {}", answer.status);
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

std::unique_ptr<HttpPoster> make_http_poster(const std::string& url, const std::string& header,
                                             const std::string& user_agent) {
  return std::make_unique<CurlPoster>(url, header, user_agent);
}

PostEnd post_with_retries(HttpPoster& poster, const std::string& body,
                          const std::atomic<bool>& hurry, const Sleep& sleep) {
  double waited_s = 0;
  for (int attempt = 1;; ++attempt) {
    const HttpAnswer answer = poster.post(body, hurry);
    if (answer.status >= 200 && answer.status < 300) return {};
    const double wait_s =
        std::min(kLongestWaitS, std::max(kFirstWaitS * (1 << (attempt - 1)), answer.retry_after_s));
    waited_s += wait_s;
    if (!is_passing(answer)) return {shown(answer)};
    if (attempt == kMostTries || waited_s > kLongestInAllS || hurry)
      return {fmt::format("{}, after {} tries", shown(answer), attempt), answer.status == 0};
    (sleep ? sleep : sleep_for)(wait_s, hurry);
  }
}

void expect_http_url(const std::string& flag, std::string_view url) {
  const auto colon = url.find("://");
  const std::string_view scheme = url.substr(0, colon == std::string_view::npos ? 0 : colon);
  const bool has_host = colon != std::string_view::npos && url.size() > colon + 3 &&
                        url[colon + 3] != '/' && is_plain(url);
  if ((scheme == "http" || scheme == "https") && has_host) return;
  fail(ErrorKind::usage,
       fmt::format("{}: expected http://HOST/… or https://HOST/…, found {}", flag,
                   scheme.empty() ? "something else" : quoted(std::string(scheme) + "://…")));
}

void expect_http_header(const std::string& variable, std::string_view header) {
  const auto colon = header.find(':');
  const std::string_view name = header.substr(0, colon);
  const bool is_one_line = std::all_of(header.begin(), header.end(), [](char c) {
    return (c >= ' ' && c != '\x7f') || static_cast<signed char>(c) < 0;
  });
  const bool has_value = colon != std::string_view::npos &&
                         header.find_first_not_of(' ', colon + 1) != std::string_view::npos;
  if (!name.empty() && is_plain(name) && is_one_line && has_value) return;
  fail(ErrorKind::usage, variable + ": expected NAME: VALUE on one line (it is not shown)",
       "set it to, say, 'Authorization: Bearer …'");
}

}  // namespace cadenza
