#include "tests/cases/bad_operations.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/batch_support.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

using namespace support;

namespace {

/// Checks that a result equals the response to a single request, without the version.
void check_result(const json::object& result, const std::string& expected) {
  CHECK(without(result, {"version", "detail"}) == parsed(expected));
}

}  // namespace

TEST_CASE("a batch has the result of a single request for each operation") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    const auto set = connection.ask(request("PUT", counter_path("d", "value=1")));
    REQUIRE(set.status == 201);
    const auto response = connection.ask(batch_of(
        R"({"op":"add","name":"a","delta":2},{"op":"add","name":"b","delta":-1,"min":0},)"
        R"({"op":"get","name":"z"},{"op":"set","name":"c","value":0},{"op":"delete","name":"d"},)"
        R"({"op":"get","name":"a"},{"op":"delete","name":"z"},{"op":"add","name":"a"},)"
        R"({"op":"add","name":"b","delta":-1,"min":0,"on_limit":"clamp","initial":5},)"
        R"({"op":"add","name":"a","delta":9223372036854775807},{"op":"set","name":"a","value":-1})"));
    CHECK(response.status == 200);
    CHECK(response.field("Content-Type") == "application/json");
    CHECK(response.field("Cache-Control") == "no-store");
    const auto results = results_of(response);
    REQUIRE(results.size() == 11);
    const std::string expected[] = {
        R"({"status":201,"name":"a","value":2,"previous":null,"applied":2,"created":true,"expires_at":null})",
        R"({"status":409,"code":"limit-reached","value":null})",
        R"({"status":404,"code":"not-found"})",
        R"({"status":201,"name":"c","value":0,"previous":null,"created":true,"expires_at":null})",
        R"({"status":204})",  // and a version
        R"({"status":200,"name":"a","value":2,"expires_at":null})",
        R"({"status":404,"code":"not-found"})",
        R"({"status":200,"name":"a","value":3,"previous":2,"applied":1,"created":false,"expires_at":null})",
        R"({"status":201,"name":"b","value":4,"previous":null,"applied":-1,"created":true,"expires_at":null})",
        R"({"status":409,"code":"overflow","value":3})",
        R"({"status":200,"name":"a","value":-1,"previous":3,"created":false,"expires_at":null})"};
    for (std::size_t i = 0; i < results.size(); ++i) {
      CAPTURE(i);
      check_result(results[i], expected[i]);
    }
    CHECK(results[4].size() == 2);
    // Versions compare within one counter: two shards may give out the same.
    CHECK(integer_at(results[4], "version") > integer_at(object_of(set), "version"));
    CHECK(integer_at(results[0], "version") == integer_at(results[5], "version"));
    CHECK(integer_at(results[7], "version") > integer_at(results[5], "version"));
  }
}

TEST_CASE("operations on one counter keep their order, within a batch and between batches") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    // Seven counters in turn; the operations do not commute, so the values reveal the order.
    std::string batches;
    std::map<std::string, std::int64_t> values;
    std::vector<std::int64_t> expected;
    for (int batch = 0; batch < 8; ++batch) {
      std::string operations;
      for (int i = 0; i < 200; ++i) {
        const std::string name(1, static_cast<char>('a' + i % 7));
        auto& value = values[name];
        const bool sets = i % 3 == 0;
        const auto number = std::int64_t{batch} * 1000 + i;
        value = sets ? number : value + number;
        expected.push_back(value);
        operations += std::string{i > 0 ? "," : ""} + R"({"op":")" + (sets ? "set" : "add") +
                      R"(","name":")" + name + (sets ? R"(","value":)" : R"(","delta":)") +
                      std::to_string(number) + "}";
      }
      batches += batch_of(operations);
    }
    connection.send(batches);  // pipelined
    std::vector<std::int64_t> received;
    for (int batch = 0; batch < 8; ++batch)
      for (const auto& result : results_of(connection.read_answer()))
        received.push_back(integer_at(result, "value"));
    CHECK(received == expected);
    for (const auto& [name, value] : values)
      CHECK(value_of(connection, name) == value);
  }
}

TEST_CASE("if_version limits an operation to a version, or to an absent counter") {
  server_process server;
  client connection{server.port()};
  const auto made = ask_batch(connection, R"({"op":"add","name":"x","if_version":0},)"
                                          R"({"op":"add","name":"x","if_version":0})");
  CHECK(statuses_of(made) == std::vector{201, 412});
  CHECK(text_at(made[1], "code") == "precondition-failed");
  CHECK(integer_at(made[1], "value") == 1);
  const auto version = integer_at(made[1], "version");
  CHECK(integer_at(made[0], "version") == version);
  const auto now = R"(","name":"x","if_version":)" + std::to_string(version);
  const auto later = R"(","name":"x","if_version":)" + std::to_string(version + 1'000'000'000);
  CHECK(statuses_of(ask_batch(connection, R"({"op":"add)" + later + R"(},{"op":"delete)" + later +
                                              R"(},{"op":"set)" + later + R"(,"value":1})")) ==
        std::vector{412, 412, 412});
  CHECK(value_of(connection, "x") == 1);
  // The first operation changes the version.
  CHECK(statuses_of(ask_batch(connection, R"({"op":"set)" + now + R"(,"value":5},{"op":"add)" +
                                              now + R"(},{"op":"delete)" + now + "}")) ==
        std::vector{200, 412, 412});
  CHECK(value_of(connection, "x") == 5);
  const auto absent = ask_batch(connection, R"({"op":"add","name":"y","if_version":7})");
  CHECK(statuses_of(absent) == std::vector{412});
  CHECK(absent[0].at("value").is_null());
  CHECK(absent[0].at("version").is_null());
}

TEST_CASE("a batch takes 1 to 1000 operations, and no more") {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    CHECK(ask_batch(connection, R"({"op":"add","name":"x"})").size() == 1);
    const auto results = ask_batch(connection, repeated(R"({"op":"add","name":"n%"})", 1000));
    REQUIRE(results.size() == 1000);
    for (int i = 0; i < 1000; ++i)
      REQUIRE(text_at(results[static_cast<std::size_t>(i)], "name") == "n" + std::to_string(i));
    CHECK(defect_of_problem(connection.ask(batch_of(repeated(R"({"op":"add","name":"m%"})", 1001))),
                            400, "invalid-value") == "");
    CHECK(defect_of_problem(connection.ask(batch_of("")), 400, "invalid-value") == "");
    CHECK(connection.ask(get_request("/v1/counters/m0")).status == 404);
    const auto one = ask_batch(connection, repeated(R"({"op":"add","name":"x"})", 1000));
    CHECK(integer_at(one.back(), "value") == 1001);
  }
}

TEST_CASE("an invalid operation makes the batch 400 with its index, and nothing is applied") {
  server_process server{{"--shards", "4"}};
  client connection{server.port()};
  REQUIRE(connection.ask(request("PUT", "/v1/counters/x?value=7")).status == 201);
  const auto before = connection.ask(get_request("/v1/counters/x")).body;
  const auto good = repeated(R"({"op":"add","name":"x"},{"op":"add","name":"y%"})", 2);
  for (const auto& [operation, code] : cases::bad_operations())
    for (const auto& key : {std::string{}, key_field("k")}) {
      CAPTURE(operation);
      const auto response = connection.ask(batch_of(good + "," + operation + "," + good, key));
      CHECK(defect_of_problem(response, 400, code) == "");
      CHECK(integer_at(object_of(response), "index") == 4);
      CHECK(connection.ask(get_request("/v1/counters/x")).body == before);
      CHECK(connection.ask(get_request("/v1/counters/y0")).status == 404);
    }
  for (const auto& [body, code] : cases::bad_batches()) {
    CAPTURE(body);
    const auto response = connection.ask(with_json("POST", "/v1/batch", body));
    CHECK(defect_of_problem(response, 400, code) == "");
    CHECK_FALSE(object_of(response).contains("index"));
    CHECK(connection.ask(get_request("/v1/counters/x")).body == before);
  }
}
