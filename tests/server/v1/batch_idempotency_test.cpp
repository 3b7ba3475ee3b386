#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/batch_support.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace support;

TEST_CASE("a repeated batch with a key replays its writes and reads anew") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    REQUIRE(connection.ask(get_request("/set?name=d&val=1")).status == 200);
    const std::string operations =
        R"({"op":"add","name":"a","delta":2},{"op":"add","name":"a","delta":2},)"
        R"({"op":"set","name":"b","value":0},{"op":"delete","name":"d"},{"op":"get","name":"a"},)"
        R"({"op":"add","name":"c","max":0},{"op":"get","name":"none"})";
    const auto first = ask_batch(connection, operations, key_field("k"));
    CHECK(statuses_of(first) == std::vector{201, 200, 201, 204, 200, 409, 404});
    for (const auto& result : first)
      CHECK_FALSE(result.contains("replayed"));
    REQUIRE(connection.ask(get_request("/set?name=a&val=70")).status == 200);
    REQUIRE(connection.ask(get_request("/set?name=d&val=8")).status == 200);
    REQUIRE(connection.ask(get_request("/set?name=c&val=-9")).status == 200);
    const auto again = ask_batch(connection, operations, key_field("\"k\""));
    // The refused addition would succeed now.
    CHECK(statuses_of(again) == std::vector{201, 200, 201, 204, 200, 409, 404});
    for (const std::size_t i : {0, 1, 2, 3, 5}) {
      CAPTURE(i);
      CHECK(again[i].at("replayed") == json::value(true));
      CHECK(without(again[i], {"replayed"}) == json::value(first[i]));
    }
    CHECK(integer_at(again[4], "value") == 70);
    for (const std::size_t i : {4, 6})
      CHECK_FALSE(again[i].contains("replayed"));
    CHECK(value_of(connection, "a") == 70);
    CHECK(value_of(connection, "d") == 8);
    CHECK(value_of(connection, "c") == -9);
  }
}

TEST_CASE("a keyed batch that is sent again unchanged changes nothing, whatever was refused") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    REQUIRE(connection.ask(get_request("/set?name=full&val=9")).status == 200);
    // Each refused operation is followed by one that lets it succeed.
    const std::string operations =
        R"({"op":"add","name":"new","create":false},{"op":"set","name":"new","value":1},)"
        R"({"op":"add","name":"full","max":9},{"op":"set","name":"full","value":0},)"
        R"({"op":"delete","name":"gone"},{"op":"add","name":"gone"},)"
        R"({"op":"set","name":"once","value":5,"if_version":1},{"op":"add","name":"once"})";
    const auto first = ask_batch(connection, operations, key_field("k"));
    CHECK(statuses_of(first) == std::vector{404, 201, 409, 200, 404, 201, 412, 201});
    const auto again = ask_batch(connection, operations, key_field("k"));
    REQUIRE(again.size() == first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      CAPTURE(i);
      CHECK(again[i].contains("replayed"));
      CHECK(without(again[i], {"replayed"}) == json::value(first[i]));
    }
    CHECK(value_of(connection, "new") == 1);
    CHECK(value_of(connection, "full") == 0);
    CHECK(value_of(connection, "gone") == 1);
    CHECK(value_of(connection, "once") == 1);
  }
}

TEST_CASE("an Idempotency-Key covers each position of a batch separately") {
  server_process server;
  client connection{server.port()};
  const std::string add = R"({"op":"add","name":"x"})";
  CHECK(statuses_of(ask_batch(connection, add + "," + add, key_field("k"))) ==
        std::vector{201, 200});
  CHECK(value_of(connection, "x") == 2);
  // Single requests have their own records.
  const auto single = connection.ask(request("POST", "/v1/counters/x", key_field("k")));
  CHECK(single.status == 200);
  CHECK_FALSE(single.has("Idempotency-Replayed"));
  CHECK(value_of(connection, "x") == 3);
}

TEST_CASE("another batch under a used key is refused as a whole") {
  const std::string a = R"({"op":"add","name":"a"})", b = R"({"op":"add","name":"b"})",
                    set_a = R"({"op":"set","name":"a","value":9})",
                    get_a = R"({"op":"get","name":"a"})",
                    more_a = R"({"op":"add","name":"a","delta":5})",
                    bounded_a = R"({"op":"add","name":"a","max":5})",
                    conditional_a = R"({"op":"add","name":"a","if_version":0})";
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    REQUIRE(statuses_of(ask_batch(connection, a + "," + b, key_field("k"))) ==
            std::vector{201, 201});
    for (const auto& shape : {b + "," + a, a, b, a + "," + b + "," + a, a + "," + a,
                              set_a + "," + b, a + "," + b + "," + get_a, get_a + "," + b,
                              more_a + "," + b, bounded_a + "," + b, conditional_a + "," + b}) {
      CAPTURE(shape);
      const auto refused = connection.ask(batch_of(shape, key_field("k")));
      CHECK(defect_of_problem(refused, 422, "idempotency-mismatch") == "");
    }
    // It may be used without the key, or with another one.
    CHECK(statuses_of(ask_batch(connection, a + "," + b, key_field("k"))) == std::vector{201, 201});
    CHECK(value_of(connection, "a") == 1);
    CHECK(value_of(connection, "b") == 1);
    CHECK(statuses_of(ask_batch(connection, b + "," + a, key_field("l"))) == std::vector{200, 200});
    CHECK(statuses_of(ask_batch(connection, get_a + "," + get_a, key_field("k"))) ==
          std::vector{200, 200});
  }
}

TEST_CASE("a keyed batch of writes takes a record for each write and one for its shape") {
  server_process server{{"--idempotency-max", "4"}};
  client connection{server.port()};
  const std::string a = R"({"op":"add","name":"a"})", b = R"({"op":"add","name":"b"})";
  CHECK(statuses_of(ask_batch(connection, a + "," + b, key_field("k"))) == std::vector{201, 201});
  CHECK(statuses_of(ask_batch(connection, a + "," + b, key_field("l"))) == std::vector{507, 507});
  CHECK(value_of(connection, "a") == 1);
  const auto full = connection.ask(batch_of(b, key_field("m")));
  CHECK(defect_of_problem(full, 507, "idempotency-store-full") == "");
  CHECK(statuses_of(ask_batch(connection, a + "," + b, key_field("k"))) == std::vector{201, 201});
}

TEST_CASE("a batch with a key that ran out of room is completed by repeating it") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--shards", shards, "--max-counters", "10"}};
    client connection{server.port()};
    const auto ballast = repeated(R"({"op":"set","name":"ballast%","value":0})", 6);
    REQUIRE(ask_batch(connection, ballast).size() == 6);
    const auto operations = repeated(R"({"op":"add","name":"n%","delta":5})", 8);
    const auto count = [](const std::vector<json::object>& results, int status) {
      const auto statuses = statuses_of(results);
      return std::count(statuses.begin(), statuses.end(), status);
    };
    const auto first = ask_batch(connection, operations, key_field("k"));
    CHECK(count(first, 201) == 4);
    CHECK(count(first, 507) == 4);
    REQUIRE(ask_batch(connection, repeated(R"({"op":"delete","name":"ballast%"})", 6)).size() == 6);
    const auto second = ask_batch(connection, operations, key_field("k"));
    CHECK(count(second, 201) == 8);
    for (std::size_t i = 0; i < second.size(); ++i) {
      CHECK(second[i].contains("replayed") == (integer_at(first[i], "status") == 201));
      CHECK(value_of(connection, "n" + std::to_string(i)) == 5);
    }
  }
}
