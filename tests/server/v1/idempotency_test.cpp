#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

using namespace support;

namespace {

using std::chrono::steady_clock;

const std::string x = "/v1/counters/x";

std::string post(const std::string& query, const std::string& key,
                 const std::string& more_fields = {}) {
  return request("POST", x + query, key_field(key) + more_fields);
}

}  // namespace

TEST_CASE("a repeated request with a key gets the first response and changes nothing") {
  const std::string changes[] = {
      request("POST", x, key_field("k")), request("POST", x + "?delta=5&ttl=1000", key_field("k")),
      request("PUT", x + "?value=5", key_field("k")),
      request("POST", x + "?max=7&on_limit=clamp",
              key_field("k")),  // clamped: the value does not change
  };
  for (const std::string shards : {"1", "4"})
    for (const bool exists : {false, true})
      for (const auto& change : changes) {
        CAPTURE(exists);
        CAPTURE(change);
        server_process server{{"--shards", shards}};
        client connection{server.port()};
        if (exists)
          REQUIRE(connection.ask(request("PUT", x + "?value=7")).status == 201);
        const auto first = connection.ask(change);
        CHECK(first.status == (exists ? 200 : 201));
        const auto after = connection.ask(get_request(x)).body;
        CHECK(defect_of_idempotency_record(connection.ask(change), first) == "");
        CHECK(connection.ask(get_request(x)).body == after);
        CHECK(connection.ask(get_request("/set?name=x&val=-100")).status == 200);
        CHECK(defect_of_idempotency_record(connection.ask(change), first) == "");
        CHECK(value_of(connection, "x") == -100);
      }
}

TEST_CASE("a repeated DELETE with a key takes effect once") {
  server_process server;
  client connection{server.port()};
  REQUIRE(connection.ask(request("PUT", x + "?value=7")).status == 201);
  const auto remove = request("DELETE", x, key_field("k"));
  const auto first = connection.ask(remove);
  CHECK(first.status == 204);
  CHECK(first.has("ETag"));
  CHECK(defect_of_idempotency_record(connection.ask(remove), first) == "");
  REQUIRE(connection.ask(request("PUT", x + "?value=8")).status == 201);
  CHECK(defect_of_idempotency_record(connection.ask(remove), first) == "");
  CHECK(value_of(connection, "x") == 8);
}

TEST_CASE("an Idempotency-Key ignores parameter syntax, conditions and Accept") {
  server_process server;
  client connection{server.port()};
  const auto first = connection.ask(post("?delta=5&max=9", "k"));
  REQUIRE(first.status == 201);
  const std::string same[] = {
      post("?max=9&delta=%2B5", "k"),
      post("?max=9&delta=5&initial=0&create=true&on_limit=reject", "k"),
      post("?delta=5&max=9", "\"k\""),
      post("?delta=5&max=9", "k", "If-Match: \"1\"\r\n"),
      post("?delta=5&max=9", "k", "If-None-Match: *\r\n"),
      with_form("POST", x, "delta=5&max=9", key_field("k")),
      with_json("POST", x + "?max=9", R"({"delta":5})", key_field("k")),
  };
  for (const auto& again : same) {
    CAPTURE(again);
    CHECK(defect_of_idempotency_record(connection.ask(again), first) == "");
  }
  const auto text = connection.ask(post("?delta=5&max=9", "k", "Accept: text/plain\r\n"));
  CHECK(text.body == "5\n");
  CHECK(text.field("Idempotency-Replayed") == "true");
  CHECK(value_of(connection, "x") == 5);

  const std::string others[] = {
      post("?delta=1", "K"),
      post("?delta=1", "\"k\\\"\""),
      post("?delta=1", std::string(255, 'k')),
      request("POST", x + "?delta=1"),
  };
  std::int64_t value = 5;
  for (const auto& other : others) {
    CAPTURE(other);
    const auto response = connection.ask(other);
    CHECK(response.status == 200);
    CHECK_FALSE(response.has("Idempotency-Replayed"));
    CHECK(value_of(connection, "x") == ++value);
  }
  const auto elsewhere = connection.ask(request("POST", "/v1/counters/y?delta=5", key_field("k")));
  CHECK(elsewhere.status == 201);
  CHECK_FALSE(elsewhere.has("Idempotency-Replayed"));
}

TEST_CASE("an Idempotency-Key reused for another request is 422 and changes nothing") {
  server_process server;
  client connection{server.port()};
  REQUIRE(connection.ask(post("?delta=5", "k")).status == 201);
  const auto before = connection.ask(get_request(x)).body;
  const std::string mismatched[] = {
      post("?delta=6", "k"),
      post("", "k"),
      post("?delta=5&initial=1", "k"),
      post("?delta=5&ttl=10", "k"),
      post("?delta=5&max=100", "k"),
      request("PUT", x + "?value=5", key_field("k")),
      request("DELETE", x, key_field("k")),
      post("?delta=6", "k", "If-Match: \"1\"\r\n"),  // the key is checked before conditions
  };
  for (const auto& other : mismatched) {
    CAPTURE(other);
    CHECK(defect_of_problem(connection.ask(other), 422, "idempotency-mismatch") == "");
    CHECK(connection.ask(get_request(x)).body == before);
  }
}

TEST_CASE("a refused request leaves no idempotency record") {
  server_process server;
  client connection{server.port()};
  REQUIRE(connection.ask(request("PUT", x + "?value=9")).status == 201);
  CHECK(connection.ask(post("?max=9", "k")).status == 409);
  CHECK(connection.ask(post("", "k", "If-None-Match: *\r\n")).status == 412);
  CHECK(connection.ask(request("POST", "/v1/counters/y?create=false", key_field("k"))).status ==
        404);
  REQUIRE(connection.ask(request("PUT", x + "?value=8")).status == 200);
  const auto response = connection.ask(post("?max=9", "k"));
  CHECK(response.status == 200);
  CHECK_FALSE(response.has("Idempotency-Replayed"));
  CHECK(value_of(connection, "x") == 9);
  CHECK(connection.ask(request("POST", "/v1/counters/y", key_field("k"))).status == 201);
}

TEST_CASE("a full idempotency store refuses new keys and still replays known ones") {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards, "--idempotency-max", "2"}};
    client connection{server.port()};
    const auto first = connection.ask(post("", "1"));
    REQUIRE(first.status == 201);
    REQUIRE(connection.ask(request("POST", "/v1/counters/y", key_field("1"))).status == 201);
    const std::string refused[] = {
        post("", "2"),
        request("PUT", "/v1/counters/y?value=1", key_field("2")),
        request("DELETE", x, key_field("2")),
        request("POST", "/v1/counters/new", key_field("1")),
    };
    for (const auto& one : refused) {
      CAPTURE(one);
      CHECK(defect_of_problem(connection.ask(one), 507, "idempotency-store-full") == "");
    }
    // There is no room for the batch's own record, so nothing of it is applied.
    const auto keyed =
        batch_of(R"({"op":"add","name":"x"},{"op":"get","name":"x"})", key_field("2"));
    CHECK(defect_of_problem(connection.ask(keyed), 507, "idempotency-store-full") == "");
    CHECK(connection.ask(get_request("/v1/counters/new")).status == 404);
    CHECK(value_of(connection, "y") == 1);
    CHECK(defect_of_idempotency_record(connection.ask(post("", "1")), first) == "");
    CHECK(connection.ask(request("POST", x)).status == 200);
    CHECK(value_of(connection, "x") == 2);
  }
  server_process none{{"--idempotency-max", "0"}};
  client connection{none.port()};
  CHECK(defect_of_problem(connection.ask(post("", "1")), 507, "idempotency-store-full") == "");
  CHECK(connection.ask(request("POST", x)).status == 201);
}

TEST_CASE("a replay succeeds when there is no room for counters") {
  server_process server{{"--max-counters", "1"}};
  client connection{server.port()};
  const auto first = connection.ask(post("", "k"));
  REQUIRE(first.status == 201);
  REQUIRE(connection.ask(request("DELETE", x)).status == 204);
  REQUIRE(connection.ask(request("POST", "/v1/counters/y")).status == 201);
  CHECK(defect_of_idempotency_record(connection.ask(post("", "k")), first) == "");
  CHECK(connection.ask(post("", "another")).status == 507);
}

TEST_CASE("an idempotency record expires after --idempotency-ttl and makes room") {
  server_process server{{"--idempotency-ttl", "500ms", "--idempotency-max", "1"}};
  client connection{server.port()};
  REQUIRE(connection.ask(post("", "k")).status == 201);
  const auto end = steady_clock::now() + std::chrono::seconds{60};
  auto response = connection.ask(post("", "other"));
  while (response.status == 507 && steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    response = connection.ask(post("", "other"));
  }
  CHECK(response.status == 200);
  response = connection.ask(post("", "k"));
  while (response.status == 507 && steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    response = connection.ask(post("", "k"));
  }
  CHECK(response.status == 200);
  CHECK_FALSE(response.has("Idempotency-Replayed"));
  CHECK(value_of(connection, "x") == 3);
}
