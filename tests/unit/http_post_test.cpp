// When a POST is tried again, and what is accepted for an address; tests/cli/hooks_test.py posts to
// a real server.
#include "lib/net/http_post.h"

#include <doctest/doctest.h>

#include <vector>

#include "lib/error.h"
#include "tests/support/thrown.h"

using namespace cadenza;

namespace {

struct FakePoster final : HttpPoster {
  explicit FakePoster(std::initializer_list<HttpAnswer> list) : answers(list) {}
  HttpAnswer post(const std::string&, const std::atomic<bool>&) override {
    return answers[std::min(num_posts++, answers.size() - 1)];
  }
  std::vector<HttpAnswer> answers;
  std::size_t num_posts = 0;
};

struct Bench {
  PostEnd post(FakePoster& poster) {
    return post_with_retries(poster, "{}", hurry,
                             [this](double s, const std::atomic<bool>&) { waits.push_back(s); });
  }
  std::vector<double> waits;
  std::atomic<bool> hurry = false;
};

std::string refusal(const std::string& url) {
  return thrown([&] { expect_http_url("notify-url", url); })->sentence();
}

}  // namespace

TEST_CASE("a passing failure is tried again, waits doubling") {
  Bench bench;
  FakePoster poster{{.status = 503}, {.problem = "refused"}, {.status = 429}, {.status = 204}};
  CHECK(bench.post(poster).problem.empty());
  CHECK(bench.waits == std::vector<double>{0.5, 1, 2});
}

TEST_CASE("a refusal is final") {
  Bench bench;
  FakePoster poster{{.status = 404}};
  const PostEnd end = bench.post(poster);
  CHECK(end.problem == "HTTP 404");
  CHECK_FALSE(end.is_hung);
  CHECK(poster.num_posts == 1);
}

TEST_CASE("a redirect is a refusal: the secret header goes to nobody else") {
  Bench bench;
  FakePoster poster{{.status = 302}};
  CHECK(bench.post(poster).problem == "HTTP 302");
}

TEST_CASE("tries end after five, or when a server asks for too much patience") {
  Bench bench;
  FakePoster poster{{.problem = "no route"}};
  CHECK(bench.post(poster).problem == "no route, after 5 tries");
  CHECK(bench.post(poster).is_hung);
  FakePoster patient{{.status = 503, .retry_after_s = 600}};
  bench.waits.clear();
  bench.post(patient);
  CHECK(bench.waits == std::vector<double>{60, 60});
}

TEST_CASE("an address is http or https with a host, and is never shown") {
  CHECK_NOTHROW(expect_http_url("notify-url", "https://hooks.example/T0/secret"));
  for (const char* url : {"ftp://x/secret", "secret", "http://", "http:///secret", "",
                          "http://x y/secret", "http://x/\nsecret"}) {
    CAPTURE(url);
    CHECK(refusal(url).find("secret") == std::string::npos);
    CHECK(refusal(url).starts_with("notify-url: expected http://HOST/… or https://HOST/…"));
  }
}

TEST_CASE("a header is a name and a value on one line, and is never shown") {
  CHECK_NOTHROW(expect_http_header("V", "Authorization: Bearer abc"));
  for (const char* header : {"secret", "secret:", ": secret", "a b: secret", "A: secret\r\nB: c"}) {
    CAPTURE(header);
    const std::string said = thrown([&] { expect_http_header("V", header); })->sentence();
    CHECK(said.find("secret") == std::string::npos);
  }
}
