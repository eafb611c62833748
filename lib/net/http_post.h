// One POST of a JSON document, and how often to try it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cadenza {

struct HttpAnswer {
  int status = 0;            // 0: there was no answer
  std::string problem;       // then why; never the URL, which may be a secret itself
  double retry_after_s = 0;  // what the answer asks for
};

class HttpPoster {
 public:
  virtual ~HttpPoster() = default;
  virtual HttpAnswer post(const std::string& body, const std::atomic<bool>& hurry) = 0;
};

// The real one, by libcurl: redirects are not followed, certificates are checked, proxies are the
// environment's. url: see expect_http_url. header: "Name: value", or empty. Call it on the main
// thread, post on any one.
std::unique_ptr<HttpPoster> make_http_poster(const std::string& url, const std::string& header,
                                             const std::string& user_agent);

struct PostEnd {
  std::string problem;   // empty: it was taken
  bool is_hung = false;  // no answer in all the tries
};

// Until it is taken (2xx) or refused for good: a failed connection, a timeout, 408, 409, 429 and
// 5xx are tried again, at most five times in two minutes, the waits doubling from half a second.
// sleep: waits so many seconds, or until `hurry`.
using Sleep = std::function<void(double seconds, const std::atomic<bool>& hurry)>;
PostEnd post_with_retries(HttpPoster& poster, const std::string& body,
                          const std::atomic<bool>& hurry, const Sleep& sleep = {});

// Throws Error(usage) "notify-url: expected http://… or https://…"; shows at most the scheme.
void expect_http_url(const std::string& flag, std::string_view url);
// Throws Error(usage) for anything but "Name: value" on one line; shows nothing of it.
void expect_http_header(const std::string& variable, std::string_view header);

}  // namespace cadenza
