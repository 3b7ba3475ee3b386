#include "http/protocol/response.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

using http::framing;
using http::response;
using http::status;

namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr framing kept{.http_11 = true, .keep_alive = true, .is_head = false};
constexpr framing closed{.http_11 = true, .keep_alive = false, .is_head = false};

std::string render(const response& response, const framing& framing) {
  std::string output;
  http::render(output, response, framing, date);
  return output;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("render() is exact to the byte") {
  CHECK(render({status::ok, "x: -5\n"}, kept) ==
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 6\r\n"
        "\r\n"
        "x: -5\n");
}

TEST_CASE("render() for HEAD has the length of the body and no body") {
  framing head = kept;
  head.is_head = true;
  auto expected = render({status::ok, "x: -5\n"}, kept);
  expected.resize(expected.size() - 6);
  CHECK(render({status::ok, "x: -5\n"}, head) == expected);
}

TEST_CASE("render() of 204 has no length, type or body") {
  CHECK(render({.status = status::no_content, .allow = "GET, OPTIONS"}, closed) ==
        "HTTP/1.1 204 No Content\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n"
        "Allow: GET, OPTIONS\r\n"
        "\r\n");
}

TEST_CASE("render() adds Connection where the peer's version does not imply it") {
  struct {
    bool http_11, keep_alive;
    std::string_view field;
  } const cases[] = {
      {true, true, ""},
      {true, false, "Connection: close\r\n"},
      {false, true, "Connection: keep-alive\r\n"},
      {false, false, "Connection: close\r\n"},
  };
  for (const auto& [http_11, keep_alive, field] : cases) {
    CAPTURE(field);
    const auto output = render({status::ok, "ok\n"}, {http_11, keep_alive, false});
    CHECK(contains(output, "Connection:") == !field.empty());
    CHECK(contains(output, field));
    CHECK(output.starts_with("HTTP/1.1 "));  // the server's version, not the peer's
  }
}

TEST_CASE("render() adds Allow if there is one, and Retry-After to 503") {
  const auto plain = render({status::bad_request, "no\n"}, kept);
  CHECK_FALSE(contains(plain, "Allow:"));
  CHECK_FALSE(contains(plain, "Retry-After:"));
  CHECK(
      contains(render({.status = status::method_not_allowed, .body = "no\n", .allow = "GET"}, kept),
               "\r\nAllow: GET\r\n"));
  CHECK(contains(render({status::service_unavailable, "no\n"}, kept), "\r\nRetry-After: 1\r\n"));
  for (const int seconds : {0, 7, 30, 255}) {
    http::response later{status::service_unavailable, "no\n"};
    later.try_again_after(std::chrono::seconds{seconds});
    CHECK(contains(render(later, kept),
                   "\r\nRetry-After: " + std::to_string(std::max(seconds, 1)) + "\r\n"));
  }
}

TEST_CASE("render() writes Content-Length with any number of digits") {
  for (const std::size_t size : {0u, 1u, 9u, 10u, 999u, 100'000u}) {
    CAPTURE(size);
    const std::string body(size, 'x');
    const auto output = render({status::ok, body}, kept);
    CHECK(contains(output, "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n"));
    CHECK(output.ends_with("\r\n\r\n" + body));
  }
}

TEST_CASE("render() appends to its output") {
  std::string output = "before";
  http::render(output, {status::ok, "ok\n"}, kept, date);
  CHECK(output == "before" + render({status::ok, "ok\n"}, kept));
}

TEST_CASE("status_line() has a line for every status") {
  const status cases[] = {
      status::ok,
      status::no_content,
      status::bad_request,
      status::not_found,
      status::method_not_allowed,
      status::request_timeout,
      status::conflict,
      status::content_too_large,
      status::uri_too_long,
      status::expectation_failed,
      status::header_fields_too_large,
      status::not_implemented,
      status::service_unavailable,
      status::insufficient_storage,
  };
  for (const auto code : cases) {
    const auto line = http::status_line(code);
    CAPTURE(line);
    CHECK(line.starts_with("HTTP/1.1 " + std::to_string(static_cast<int>(code)) + " "));
    CHECK(line.size() > std::string_view{"HTTP/1.1 200 \r\n"}.size());
    CHECK(line.find("\r\n") == line.size() - 2);
  }
}
