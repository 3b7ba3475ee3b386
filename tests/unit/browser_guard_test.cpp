#include "tests/unit/browser_loop.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using unit::browser_loop;
using unit::far;
using unit::host;
using unit::inc;
using unit::near;

namespace {

std::string origin(std::string_view value) {
  return host("localhost:8000") + "Origin: " + std::string{value} + "\r\n";
}

std::string site(std::string_view value) {
  return host("localhost:8000") + "Sec-Fetch-Site: " + std::string{value} + "\r\n";
}

}  // namespace

// -- Sec-Fetch-Site and Origin ----------------------------------------------------

TEST_CASE("what changes or lists counters is refused to pages of other sites") {
  const std::string evil = "https://evil.example";
  const std::vector<std::string> refused{
      site("cross-site"),
      site("same-site"),
      site("CROSS-SITE"),
      site("Same-Origin"),
      site("unknown"),
      site(""),
      site("none, cross-site"),
      site("none") + "Sec-Fetch-Site: cross-site\r\n",
      site("cross-site") + "Origin: " + evil + "\r\n",
      site("same-site") + "Origin: http://localhost:3000\r\n",
      origin(evil),
      origin("null"),
      origin(""),
      origin("http://localhost:3000"),
      origin("http://localhost"),
      origin("http://127.0.0.1:8000"),
      origin("http://localhost:8000.evil.example"),
      origin("http://localhost:80000"),
      origin("localhost:8000"),
      origin("ftp://localhost:8000"),
      origin("http://evil.example/http://localhost:8000"),
      origin("http://localhost:8000, https://evil.example"),
      origin("http://localhost:8000") + "Origin: https://evil.example\r\n",
  };
  const std::vector<std::pair<std::string_view, std::string_view>> guarded{
      {"GET", "/inc?name=x"},
      {"POST", "/inc?name=x"},
      {"GET", "/set?name=x&val=1"},
      {"POST", "/set?name=x&val=1"},
      {"POST", "/v1/counters/x"},
      {"PUT", "/v1/counters/x?value=1"},
      {"DELETE", "/v1/counters/x"},
      {"GET", "/v1/counters"},
      {"HEAD", "/v1/counters"},
      {"GET", "/v1/counters/x/events"},
      {"GET", "/v1/events?names=x"},
      {"POST", "/v1/batch"},
      {"POST", "/v1/admin/backup?name=x"},
  };
  for (const auto& fields : refused)
    for (const auto& [method, target] : guarded) {
      CAPTURE(fields);
      CAPTURE(method);
      CAPTURE(target);
      browser_loop fresh;
      CHECK(fresh.ask(method, target, fields) == 403);
      const bool is_v1 = target.starts_with("/v1");
      CHECK((fresh.body().find("\"code\":\"cross-origin\"") != std::string_view::npos) == is_v1);
      CHECK(fresh.body().find("--allow-origin") != std::string_view::npos);
    }
}

TEST_CASE("users, the server's own pages, and clients that are no browsers pass") {
  for (const std::string& fields :
       {site("none"), site("same-origin"),
        site("same-origin") + "Origin: http://localhost:8000\r\n", origin("http://localhost:8000"),
        origin("https://localhost:8000"), origin("http://LOCALHOST:8000"), host("localhost:8000"),
        host("localhost:8000") + "User-Agent: Mozilla/5.0 (X11)\r\n",
        host("localhost:8000") + "User-Agent: curl/7.88.1\r\nReferer: https://evil.example/\r\n"}) {
    CAPTURE(fields);
    browser_loop fresh;
    CHECK(fresh.get(inc, fields) == 200);
    CHECK(fresh.get(inc, fields) == 200);  // with a known host
    CHECK(fresh.get("/v1/counters", fields) == 200);
    CHECK(fresh.ask("POST", "/inc?name=x", fields) == 200);
  }
}

TEST_CASE("pages of other sites may send reads, whose responses they cannot see") {
  for (const std::string_view target : {"/get?name=x", "/v1/counters/x", "/", "/v1/info"}) {
    CAPTURE(target);
    browser_loop fresh;
    CHECK(fresh.get(target, site("cross-site") + "Origin: https://evil.example\r\n") == 200);
    CHECK_FALSE(fresh.has("Access-Control-Allow-Origin: https://evil.example"));
    CHECK(fresh.has("Cross-Origin-Resource-Policy: same-origin"));
    CHECK(fresh.has("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'"));
  }
}

TEST_CASE("over plain HTTP to another machine a browser's GET may change and list nothing") {
  const std::string agent = "User-Agent: Mozilla/5.0 (X11)\r\n";
  // Where the browser runs does not matter: it goes by the name.
  for (const auto connection : {near, far}) {
    browser_loop fresh{{.hosts = {"counters.example"}}, connection};
    for (const std::string_view name :
         {"192.168.1.5:8000", "counters.example", "[::ffff:127.0.0.1]:8000", "[::ffff:7f00:1]"}) {
      CAPTURE(name);
      const auto browser = host(name) + agent;
      for (int round = 0; round < 2; ++round) {
        CHECK(fresh.get(inc, browser) == 403);
        CHECK(fresh.get("/set?name=x&val=1", browser) == 403);
        CHECK(fresh.get("/v1/counters", browser) == 403);
        CHECK(fresh.ask("HEAD", "/v1/counters", browser) == 403);
        CHECK(fresh.get("/get?name=x", browser) == 200);
        CHECK(fresh.has("Cross-Origin-Resource-Policy: same-origin"));
      }
      CHECK(fresh.get(inc, browser + "Sec-Fetch-Site: none\r\n") == 200);
      CHECK(fresh.get(inc, host(name) + "User-Agent: curl/8\r\n") == 200);
      // Only a page of this server can send this field without being asked first.
      CHECK(fresh.get("/v1/counters", browser + "X-Requested-With: counterd\r\n") == 200);
      const std::string other{"Origin: https://evil.example\r\nX-Requested-With: counterd\r\n"};
      CHECK(fresh.get("/v1/counters", browser + other) == 403);
      // A form of another site has an Origin.
      CHECK(fresh.ask("POST", inc, browser) == 200);
    }
  }
  // To these a browser would have said where the request comes from.
  browser_loop fresh;
  for (const std::string_view name : {"localhost:8000", "127.0.0.1:8000", "[::1]", "a.localhost"}) {
    CAPTURE(name);
    CHECK(fresh.get(inc, host(name) + agent) == 200);
    CHECK(fresh.get(inc, host(name) + agent + "X-Forwarded-For: 192.0.2.1\r\n") == 403);
  }
}

TEST_CASE("browser writes can be allowed, and do not open the server to other hosts") {
  browser_loop fresh{{.allows_cross_site = true}};
  CHECK(fresh.get(inc, site("cross-site")) == 200);
  CHECK(fresh.get("/v1/counters", origin("https://evil.example")) == 200);
  CHECK(fresh.get(inc, host("evil.example")) == 421);
  browser_loop remote{{.allows_cross_site = true}, far};
  CHECK(remote.get(inc, host("192.168.1.5") + "User-Agent: Mozilla/5.0\r\n") == 200);
}

TEST_CASE("what a browser fetches ahead changes and lists nothing, wherever it comes from") {
  for (const std::string purpose :
       {"Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "Purpose: prefetch"})
    for (const auto& fields : {site("none"), site("same-origin"), host("localhost")}) {
      browser_loop fresh;
      const auto ahead = fields + purpose + "\r\n";
      CHECK(fresh.get(inc, ahead) == 403);
      CHECK(fresh.body() == "a prefetch may not change, list or follow counters\n");
      CHECK(fresh.get("/v1/counters", ahead) == 403);
      CHECK(fresh.body().find("\"code\":\"prefetch\"") != std::string_view::npos);
      CHECK(fresh.get("/get?name=x", ahead) == 200);
    }
}

// -- CORS -------------------------------------------------------------------------

TEST_CASE("an allowed origin may do everything and read the responses") {
  const rights::browser_policy policy{.origins = {"https://app.example", "http://localhost:3000"}};
  for (const std::string allowed : {"https://app.example", "http://localhost:3000"}) {
    browser_loop fresh{policy};
    const auto fields = site("cross-site") + "Origin: " + allowed + "\r\n";
    CHECK(fresh.get(inc, fields) == 200);
    CHECK(fresh.has("Access-Control-Allow-Origin: " + allowed));
    CHECK(fresh.has("Vary: Origin"));
    CHECK(
        fresh.has("Access-Control-Expose-Headers: ETag, Location, Link, Retry-After, "
                  "Idempotency-Replayed"));
    CHECK(fresh.fields().find("Allow-Credentials") == std::string::npos);
    CHECK(fresh.get("/inc", fields) == 400);  // so that the page can read why
    CHECK(fresh.has("Access-Control-Allow-Origin: " + allowed));
  }
  for (const std::string other :
       {"https://app.example.evil.com", "http://app.example", "https://app.example:444", "null"}) {
    CAPTURE(other);
    browser_loop fresh{policy};
    CHECK(fresh.get(inc, site("cross-site") + "Origin: " + other + "\r\n") == 403);
    CHECK(fresh.has("Vary: Origin"));
    CHECK(fresh.fields().find("Access-Control-") == std::string::npos);
  }
  browser_loop fresh{policy};
  CHECK(fresh.get(inc, host("localhost")) == 200);
  CHECK(fresh.fields() == "Vary: Origin\r\n");
}

TEST_CASE("every origin can be allowed") {
  browser_loop fresh{{.origins = {"*"}}};
  CHECK(fresh.get(inc, site("cross-site") + "Origin: null\r\n") == 200);
  CHECK(fresh.has("Access-Control-Allow-Origin: *"));
  CHECK_FALSE(fresh.has("Vary: Origin"));
  // An image has no Origin: its page cannot be told from any other.
  CHECK(fresh.get(inc, site("cross-site")) == 403);
  CHECK(fresh.get(inc, host("localhost")) == 200);
  CHECK(fresh.fields() == "");
}

TEST_CASE("a preflight is answered for allowed origins only") {
  const std::string asks = "Access-Control-Request-Method: PUT\r\n";
  browser_loop fresh{{.origins = {"https://app.example"}}};
  CHECK(fresh.ask("OPTIONS", "/v1/counters/x", origin("https://app.example") + asks) == 204);
  CHECK(fresh.has("Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE"));
  CHECK(
      fresh.has("Access-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key, "
                "Idempotency-Key-TTL, If-Match, If-None-Match, Last-Event-ID"));
  CHECK(fresh.has("Access-Control-Max-Age: 600"));
  CHECK(fresh.has("Access-Control-Allow-Origin: https://app.example"));
  CHECK(fresh.ask("OPTIONS", "/v1/counters/x", origin("https://evil.example") + asks) == 403);
  CHECK(fresh.fields().find("Access-Control-") == std::string::npos);
  CHECK(fresh.ask("OPTIONS", "/inc", origin("https://evil.example") + asks) == 403);
  CHECK(fresh.ask("OPTIONS", "/v1/counters/x", origin("https://evil.example")) == 204);
  CHECK(fresh.fields().find("Access-Control-") == std::string::npos);
  CHECK(fresh.ask("OPTIONS", "/nowhere", origin("https://app.example") + asks) == 404);
}
