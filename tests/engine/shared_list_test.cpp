#include "tests/engine/support/site.hpp"
#include "tests/engine/support/tally.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace support;

namespace {

constexpr std::size_t staying = 300;
constexpr int lists = 12;  // of each server

void require(bool holds, const std::string& message) {
  if (!holds)
    throw std::runtime_error{message};
}

/// Creates names at one server and deletes them at the other, until `is_over`.
void come_and_go(client create, client remove, int index, const std::atomic<bool>& is_over) {
  for (std::size_t i = 0; !is_over; ++i) {
    const auto name =
        numbered("n", i * 7 % staying) + "-" + std::to_string(index) + "-" + std::to_string(i);
    const auto created = create.ask(request("POST", counter_path(name)));
    require(created.status == 201, "not created: " + created.body);
    const auto removed = remove.ask(request("DELETE", counter_path(name)));
    require(removed.status == 204, "not deleted: " + removed.body);
  }
}

/// Lists all counters again and again. Returns how many others it has seen than those that stay.
std::size_t look(client connection) {
  std::size_t others = 0;
  for (int i = 0; i < lists; ++i) {
    const std::string limit = i % 3 == 0 ? "7" : i % 3 == 1 ? "50" : "1000";
    const auto names = names_of(list_all(connection, "/v1/counters?prefix=n&limit=" + limit));
    require(std::adjacent_find(names.begin(), names.end(), std::greater_equal<>{}) == names.end(),
            "out of order, or twice");
    const auto found = static_cast<std::size_t>(std::count_if(
        names.begin(), names.end(),
        [](const std::string& name) { return name.size() == numbered("n", 0).size(); }));
    require(found == staying, "found " + std::to_string(found));
    others += names.size() - found;
  }
  return others;
}

}  // namespace

TEST_CASE("lists of both servers have every lasting name, while others come and go") {
  const site site{replication::none};
  const auto ports = site.ports();
  client connection{ports[0]};
  create_many(connection, "n", staying);
  std::atomic<bool> is_over = false;
  std::atomic<int> looking = 2;
  std::atomic<std::size_t> others = 0;
  CHECK(first_of(run_together(8, [&](int index) {
          const auto own = static_cast<std::size_t>(index) % 2;
          if (index >= 2)
            return come_and_go(client{ports[own]}, client{ports[1 - own]}, index, is_over);
          try {
            others += look(client{ports[own]});
          } catch (...) {
            is_over = true;
            throw;
          }
          if (--looking == 0)
            is_over = true;
        })) == "");
  CHECK(others.load() > 0);  // else nothing came
  for (const auto port : ports) {
    client own{port};
    CHECK(list_all(own, "/v1/counters?limit=1000").size() == staying);
  }
}
