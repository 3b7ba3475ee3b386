#include "actors/actor_store.hpp"
#include "tests/actors/loop_parts.hpp"
#include "tests/actors/memory_connection.hpp"
#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

/// A server without sockets, on one loop.
struct fixture {
  fixture(unsigned shards, int connection_count) : store(shards, limits) {
    for (int i = 0; i < connection_count; ++i)
      connections.emplace_back(new memory_connection{limits, store_client, date});
  }

  /// Sends `requests` on every connection and waits for the responses.
  void pass(const std::string& requests) {
    {
      const counter::store_client::pass pass{store_client};
      for (auto& connection : connections)
        connection->ask(requests);
    }
    parts.run(store_client);
  }

  std::size_t answers() const {
    std::size_t all = 0;
    for (const auto& connection : connections)
      all += connection->answers();
    return all;
  }

  const counter::limits limits;
  actors::actor_store store;
  loop_parts parts;
  const http::date date{parts.clock.second()};
  counter::store_client store_client{parts.loop, store};
  std::vector<boost::intrusive_ptr<memory_connection>> connections;
};

std::string request(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\n\r\n";
}

std::string batch_request(const std::string& operations, const std::string& fields = "") {
  return "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         fields + "Content-Length: " + std::to_string(operations.size()) + "\r\n\r\n" + operations;
}

/// The largest batch, and the largest page of a list.
constexpr std::size_t many = 1'000;

/// A batch that adds to `count` counters, whose names have `name_bytes` each.
std::string additions(std::size_t name_bytes, std::size_t count = many) {
  std::string operations;
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = std::to_string(many + i);
    operations += (i == 0 ? "" : ",") + std::string{R"({"op":"add","name":")"} +
                  std::string(name_bytes - number.size(), 'n') + number + R"(","delta":1})";
  }
  return R"({"ops":[)" + operations + "]}";
}

/// Names of 10 bytes are part of a std::string, names of 40 bytes are allocated.
constexpr std::size_t short_name = 10, long_name = 40;

/// Calls `test(shards, name_bytes)` with few and many shards, and names of both kinds.
template <class Test>
void with_shards_and_names(Test test) {
  for (const unsigned shards : {1u, 4u}) {
    for (const auto name_bytes : {short_name, long_name}) {
      CAPTURE(shards);
      CAPTURE(name_bytes);
      test(shards, name_bytes);
    }
  }
}

/// Calls `pass(i)` with growing numbers and returns how often the last one allocates.
template <class Pass>
std::size_t allocations_of(Pass pass) {
  constexpr int warm_up = 20;
  for (int i = 0; i < warm_up; ++i)
    pass(i);
  const auto before = unit::allocations::now().calls;
  pass(warm_up);
  return unit::allocations::now().calls - before;
}

}  // namespace

TEST_CASE("a request allocates nothing, and a batch only CAF's message") {
  for (const unsigned shards : {1u, 4u}) {
    CAPTURE(shards);
    fixture f{shards, 64};
    std::string requests;
    for (int i = 0; i < 8; ++i) {
      const auto name = "a name of many letters, number " + std::to_string(i);
      for (const std::string path : {"/inc?name=", "/get?name=", "/set?val=5&name="}) {
        auto target = path + name;
        for (std::size_t space; (space = target.find(' ')) != target.npos;)
          target.replace(space, 1, "%20");
        requests += request(target);
      }
    }
    for (int warm_up = 0; warm_up < 10; ++warm_up)
      f.pass(requests);
    const auto before = unit::allocations::now().calls;
    const auto answers_before = f.answers();
    constexpr std::size_t passes = 100, requests_in_a_pass = 64 * 8 * 3;
    for (std::size_t i = 0; i < passes; ++i)
      f.pass(requests);
    CHECK(f.answers() - answers_before == passes * requests_in_a_pass);
    const auto calls = unit::allocations::now().calls - before;
    // A pass has more commands than a batch holds, so each shard gets one or two.
    CHECK(calls <= passes * shards * 2);
  }
}

TEST_CASE("a batch of a thousand allocates long names, and nothing else for each operation") {
  with_shards_and_names([](unsigned shards, std::size_t name_bytes) {
    fixture f{shards, 1};
    const auto batch = batch_request(additions(name_bytes));
    const auto calls = allocations_of([&](int) { f.pass(batch); });
    CHECK(f.answers() == 21);
    const auto names = name_bytes == long_name ? many : 0;
    CHECK(calls <= 40 + shards + names);
  });
}

TEST_CASE("a batch of more than a thousand allocates nothing for those beyond") {
  fixture f{1, 1};
  const auto batch = batch_request(additions(long_name, 3 * many));
  const auto calls = allocations_of([&](int) { f.pass(batch); });
  CHECK(f.answers() == 0);  // refused before the store
  CHECK(calls <= 40 + many);
}

TEST_CASE("a keyed batch of a thousand allocates a record for each operation") {
  for (const unsigned shards : {1u, 4u}) {
    CAPTURE(shards);
    fixture f{shards, 1};
    const auto operations = additions(short_name);
    const auto calls = allocations_of([&](int i) {
      const auto key = "Idempotency-Key: k" + std::to_string(i) + "\r\n";
      f.pass(batch_request(operations, key));
      f.pass("");  // sends the operations, now that their key is bound
    });
    CHECK(f.answers() == 2 * 21);
    // Each record has its id, and a block of the queue has two records.
    const auto records = many + many / 2;
    // The index of the records grows in 128 parts.
    CHECK(calls <= 64 + 128 * shards + records);
  }
}

TEST_CASE("a list of a thousand allocates nothing for each counter") {
  with_shards_and_names([](unsigned shards, std::size_t name_bytes) {
    fixture f{shards, 1};
    f.pass(batch_request(additions(name_bytes)));
    const auto list = request("/v1/counters?limit=" + std::to_string(many));
    const auto calls = allocations_of([&](int) { f.pass(list); });
    CHECK(f.answers() == 1 + 21);
    CHECK(calls <= 64 + 16 * shards);
  });
}
