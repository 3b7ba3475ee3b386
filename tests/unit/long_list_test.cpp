#include "counter/shard/long_list.hpp"

#include "tests/unit/memory_ledger.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

using counter::outcome;

namespace {

/// Counts the calls, and fails one of them.
class counting_ledger final : public unit::memory_ledger {
public:
  counter::page list(const counter::page_request& query, counter::time_point now,
                     std::size_t steps) override {
    if (++calls == failing_call)
      return {outcome::unreadable};
    return memory_ledger::list(query, now, steps);
  }

  std::size_t calls = 0, failing_call = 0;
};

constexpr counter::time_point now{std::chrono::seconds{1'000}};

std::string name_of(std::size_t i) {
  return "c" + std::to_string(1'000 + i);
}

/// Every tenth of a hundred has not expired.
struct fixture {
  fixture() {
    for (std::size_t i = 0; i < 100; ++i)
      ledger.committed.counters[name_of(i)] = {
          .value = 1, .version = 1, .expires_at = i % 10 == 0 ? std::nullopt : std::optional{now}};
  }
  counting_ledger ledger;
};

counter::page list_all(counting_ledger& ledger, const counter::page_request& query,
                       counter::list_budget budget) {
  return counter::long_list([&ledger](const counter::page_request& rest,
                                      std::size_t steps) { return ledger.list(rest, now, steps); },
                            query, budget);
}

}  // namespace

TEST_CASE("long_list() calls the ledger until the page is the last one") {
  fixture at;
  const auto page = list_all(at.ledger, {.limit = 1'000}, {.calls = 50, .steps = 4});
  CHECK(page.outcome == outcome::ok);
  CHECK(page.is_last);
  REQUIRE(page.counters.size() == 10);
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(page.counters[i].name == name_of(10 * i));
  CHECK(at.ledger.calls <= 100 / 4 + 1);
}

TEST_CASE("long_list() calls the ledger until the page is full") {
  fixture at;
  const auto page = list_all(at.ledger, {.limit = 3}, {.calls = 50, .steps = 4});
  CHECK_FALSE(page.is_last);
  REQUIRE(page.counters.size() == 3);
  CHECK(page.reached == name_of(20));
  CHECK(at.ledger.calls == 6);
}

TEST_CASE("long_list() stops when its budget is spent, and the next one goes on there") {
  fixture at;
  const auto page = list_all(at.ledger, {.limit = 1'000}, {.calls = 5, .steps = 4});
  CHECK(at.ledger.calls == 5);
  CHECK_FALSE(page.is_last);
  CHECK(page.counters.size() == 2);
  CHECK(page.reached == name_of(19));
  const auto next =
      list_all(at.ledger, {.after = page.reached, .limit = 1'000}, {.calls = 1, .steps = 4});
  CHECK(at.ledger.calls == 6);
  REQUIRE(next.counters.size() == 1);
  CHECK(next.counters[0].name == name_of(20));
}

TEST_CASE("long_list() honours the prefix in every call") {
  fixture at;
  at.ledger.committed.counters["d"] = {.value = 1, .version = 1};
  const auto page = list_all(at.ledger, {.prefix = "c", .limit = 1'000}, {.calls = 50, .steps = 4});
  CHECK(page.is_last);
  CHECK(page.counters.size() == 10);
}

TEST_CASE("long_list() stops at the first call that fails, and returns its outcome") {
  fixture at;
  at.ledger.failing_call = 3;
  const auto page = list_all(at.ledger, {.limit = 1'000}, {.calls = 50, .steps = 4});
  CHECK(page.outcome == outcome::unreadable);
  CHECK(at.ledger.calls == 3);
}
