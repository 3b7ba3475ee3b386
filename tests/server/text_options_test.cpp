// Idempotency-Key, If-Match and If-None-Match at the text endpoints.

#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

/// Sends a request with these fields, which are whole lines.
answer ask(client& connection, const std::string& target, const std::string& fields,
           const std::string& method = "POST") {
  return connection.ask(request(method, target, fields));
}

}  // namespace

TEST_CASE("a text request with an Idempotency-Key takes effect once") {
  server_process server;
  client connection{server.port()};
  const std::string key = "Idempotency-Key: k1\r\n";
  const auto first = ask(connection, "/inc?name=x", key);
  CHECK(first.status == 200);
  CHECK(first.body == "ok\n");
  CHECK_FALSE(first.has("Idempotency-Replayed"));
  for (const std::string method : {"POST", "GET"}) {
    const auto again = ask(connection, "/inc?name=x", key, method);
    CHECK(again.status == 200);
    CHECK(again.body == "ok\n");
    CHECK(again.field("Idempotency-Replayed") == "true");
    CHECK(again.field("ETag") == first.field("ETag"));
  }
  CHECK(connection.ask(get_request("/get?name=x")).body == "x: 1\n");
  // Another operation under the same key.
  const auto other = ask(connection, "/set?name=x&val=5", key);
  CHECK(other.status == 422);
  CHECK(other.body == "this Idempotency-Key was used for another request\n");
  CHECK(ask(connection, "/set?name=y&val=5", key).status == 200);
  // The same counter under /v1.
  CHECK(ask(connection, "/v1/counters/x", key).field("Idempotency-Replayed") == "true");
  CHECK(connection.ask(get_request("/get?name=x")).body == "x: 1\n");
}

TEST_CASE("a text request whose condition fails changes nothing") {
  server_process server;
  client connection{server.port()};
  const auto created = ask(connection, "/set?name=x&val=1", "If-None-Match: *\r\n");
  CHECK(created.status == 200);
  const auto tag = created.field("ETag");
  REQUIRE(tag.size() > 2);
  const auto refused = ask(connection, "/set?name=x&val=2", "If-None-Match: *\r\n");
  CHECK(refused.status == 412);
  CHECK(refused.body == "precondition failed\n");
  CHECK(refused.field("ETag") == tag);
  CHECK(ask(connection, "/inc?name=x", "If-Match: \"1\"\r\n").status == 412);
  CHECK(ask(connection, "/get?name=x", "If-None-Match: " + tag + "\r\n", "GET").status == 304);
  CHECK(ask(connection, "/get?name=x", "If-None-Match: " + tag + "\r\n", "POST").status == 412);
  CHECK(ask(connection, "/get?name=x", "If-Match: " + tag + "\r\n", "GET").body == "x: 1\n");
  CHECK(ask(connection, "/inc?name=x", "If-Match: " + tag + "\r\n").status == 200);
  CHECK(ask(connection, "/inc?name=x", "If-Match: " + tag + "\r\n").status == 412);
  CHECK(ask(connection, "/inc?name=y", "If-Match: *\r\n").status == 412);
  CHECK(connection.ask(get_request("/get?name=x")).body == "x: 2\n");
  CHECK(connection.ask(get_request("/get?name=y")).body == "y not found\n");
}

TEST_CASE("a text request with a malformed key or condition is 400 with one line") {
  server_process server;
  client connection{server.port()};
  for (const std::string fields : {"Idempotency-Key: a b\r\n", "Idempotency-Key:\r\n",
                                   "Idempotency-Key: a\r\nIdempotency-Key: b\r\n",
                                   "If-Match: 7\r\n", "If-None-Match: x\r\n"}) {
    CAPTURE(fields);
    const auto refused = ask(connection, "/inc?name=x", fields);
    CHECK(refused.status == 400);
    CHECK(refused.body.find('\n') == refused.body.size() - 1);
    CHECK(refused.body.size() > 10);
  }
  // A read has no use for a key, under /v1 neither.
  CHECK(ask(connection, "/get?name=x", "Idempotency-Key: a b\r\n", "GET").status == 404);
}

TEST_CASE("a prefetch changes nothing, and reads like any request") {
  server_process server;
  client connection{server.port()};
  for (const std::string fields :
       {"Sec-Purpose: prefetch\r\n", "Sec-Purpose: prefetch;prerender\r\n", "Purpose: prefetch\r\n",
        "X-Moz: prefetch\r\n"}) {
    CAPTURE(fields);
    const auto refused = ask(connection, "/inc?name=x", fields, "GET");
    CHECK(refused.status == 403);
    CHECK(refused.body == "a prefetch may not change, list or follow counters\n");
    CHECK(ask(connection, "/set?name=x&val=1", fields, "GET").status == 403);
    CHECK(ask(connection, "/v1/counters/x", fields, "PUT").status == 403);
    CHECK(ask(connection, "/get?name=x", fields, "GET").body == "x not found\n");
    CHECK(ask(connection, "/", fields, "GET").status == 200);
  }
}
