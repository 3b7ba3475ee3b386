#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace support;

namespace {

const std::vector<std::string> nothing{};

void require(bool holds, const std::string& message) {
  if (!holds)
    throw std::runtime_error{message};
}

/// Creates and deletes names between the lasting ones until stopped.
void come_and_go(std::uint16_t port, int index, std::size_t staying,
                 const std::atomic<bool>& is_over) {
  client connection{port};
  for (std::size_t i = 0; !is_over; i += 7) {
    std::string come, go;
    for (std::size_t j = 0; j < 50; ++j) {
      const auto name = numbered("n", (i + j * 13) % staying) + "-" + std::to_string(index) + "-" +
                        std::to_string(j);
      come += request("POST", counter_path(name));
      go += request("DELETE", counter_path(name));
    }
    for (const auto& [requests, status] : {std::pair{come, 201}, std::pair{go, 204}}) {
      connection.send(requests);
      for (int j = 0; j < 50; ++j)
        require(connection.read_answer().status == status, "it did not come, or not go");
    }
  }
}

}  // namespace

TEST_CASE("a list under load has every lasting name exactly once, in order") {
  constexpr std::size_t staying = 600;
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--threads", "2", "--shards", shards}};
    client connection{server.port()};
    create_many(connection, "n", staying);
    std::atomic<bool> is_over = false;
    std::atomic<std::size_t> others = 0;
    const auto failures = run_together(4, [&](int index) {
      if (index > 0)
        return come_and_go(server.port(), index, staying, is_over);
      try {
        for (const std::string limit : {"7", "50", "100", "1000", "7", "50", "100", "1000"}) {
          const auto names = names_of(list_all(connection, "/v1/counters?prefix=n&limit=" + limit));
          require(
              std::adjacent_find(names.begin(), names.end(), std::greater_equal<>{}) == names.end(),
              "out of order, or twice");
          std::size_t position = 0;
          for (const auto& name : names)
            position += name.size() == numbered("n", 0).size() ? 1 : 0;
          require(position == staying, "found " + std::to_string(position));
          others += names.size() - position;
        }
      } catch (...) {
        is_over = true;
        throw;
      }
      is_over = true;
    });
    CHECK(failures == nothing);
    CHECK(others.load() > 0);  // otherwise there was no load
    CHECK(list_all(connection, "/v1/counters?limit=1000").size() == staying);
  }
}

TEST_CASE("increments are served while many counters are listed") {
  const std::pair<std::string, std::size_t> servers[] = {{"1", 50'000}, {"4", 200'000}};
  for (const auto& [shards, count] : servers) {
    CAPTURE(shards);
    server_process server{{"--threads", "2", "--shards", shards}};
    client connection{server.port()};
    create_many(connection, "n", count);
    std::atomic<bool> is_over = false;
    std::atomic<int> increments = 0;
    const auto failures = run_together(2, [&, counters = count](int index) {
      client other{server.port()};
      if (index > 0) {
        for (; !is_over; ++increments)
          require(other.ask(get_request("/inc?name=hits")).body == "ok\n", "not counted");
        return;
      }
      try {
        std::size_t next = 0;
        const auto all = list_all(connection, "/v1/counters?prefix=n&limit=1000", [&] {
          require(other.ask(get_request("/inc?name=hits")).body == "ok\n", "not counted");
          ++increments;
        });
        for (const auto& one : all) {
          require(text_at(one, "name") == numbered("n", next), "missing: " + std::to_string(next));
          require(integer_at(one, "value") == static_cast<std::int64_t>(next), "another value");
          ++next;
        }
        require(next == counters, "only " + std::to_string(next));
      } catch (...) {
        is_over = true;
        throw;
      }
      is_over = true;
    });
    CHECK(failures == nothing);
    CHECK(increments.load() >= 50);  // at least one per page
    CHECK(value_of(connection, "hits") == increments.load());
  }
}
