#include "tests/engine/support/site.hpp"
#include "tests/engine/support/tally.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace support;

namespace {

constexpr int clients = 16;
constexpr int tries = 50;  // of each client
constexpr int limit = 500;

/// Has all clients send `make(NUMBER)` for numbers of their own, half of them to each server.
/// Returns how many succeeded; the others must be refused with this code.
int successes(const site& site, const std::string& code,
              const std::function<std::string(int)>& make) {
  std::atomic<int> count = 0;
  const auto ports = site.ports();
  CHECK(first_of(run_together(clients, [&](int index) {
          client own{ports[static_cast<std::size_t>(index) % 2]};
          for (int i = 0; i < tries; ++i) {
            const auto reply = own.ask(make(index * tries + i));
            if (reply.status == 200 || reply.status == 201) {
              ++count;
              continue;
            }
            if (const auto defect = defect_of_problem(reply, 507, code); !defect.empty())
              throw std::runtime_error{defect};
          }
        })) == "");
  return count;
}

}  // namespace

TEST_CASE("--max-counters holds exactly when two servers create counters at once") {
  const site site{replication::none, {"--max-counters", std::to_string(limit)}};
  const auto created = successes(site, "too-many-counters", [](int number) {
    return request("POST", counter_path(numbered("n", static_cast<std::size_t>(number))));
  });
  CHECK(created == limit);
  const auto ports = site.ports();
  client first{ports[0]}, second{ports[1]};
  const auto found = names_of(list_all(first, "/v1/counters?limit=1000"));
  REQUIRE(found.size() == limit);
  // What one server deletes makes room at the other, for one.
  CHECK(first.ask(request("DELETE", counter_path(found[0]))).status == 204);
  CHECK(second.ask(request("POST", counter_path("more"))).status == 201);
  CHECK(first.ask(request("POST", counter_path("yet-more"))).status == 507);
  CHECK(second.ask(request("POST", counter_path("yet-more"))).status == 507);
  // Counters that exist are counted.
  CHECK(first.ask(request("POST", counter_path("more"))).status == 200);
}

TEST_CASE("--idempotency-max holds exactly when two servers remember keys at once") {
  const site site{replication::none, {"--idempotency-max", std::to_string(limit)}};
  const auto kept = successes(site, "idempotency-store-full", [](int number) {
    return request("POST", counter_path("n" + std::to_string(number % 20)),
                   key_field("key" + std::to_string(number)));
  });
  CHECK(kept == limit);
  // Who was refused has counted nothing.
  std::int64_t sum = 0;
  client connection{site.ports()[0]};
  for (int i = 0; i < 20; ++i)
    sum += value_of(connection, "n" + std::to_string(i));
  CHECK(sum == limit);
}
