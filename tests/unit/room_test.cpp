#include "counter/store/room.hpp"

#include "counter/limits.hpp"
#include "counter/store/priority.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using counter::full_command;
using counter::limits;
using counter::operation;
using counter::priority;
using counter::room;

TEST_CASE("room is half for bulk, nine tenths for the usual and all for retries") {
  struct {
    std::size_t queued, limit, bulk, usual, retry;
  } const cases[] = {
      {0, 1'000, 500, 900, 1'000}, {499, 1'000, 1, 401, 501}, {500, 1'000, 0, 400, 500},
      {899, 1'000, 0, 1, 101},     {900, 1'000, 0, 0, 100},   {999, 1'000, 0, 0, 1},
      {1'000, 1'000, 0, 0, 0},     {5'000, 1'000, 0, 0, 0},   {0, 0, 0, 0, 0},
  };
  for (const auto& [queued, limit, bulk, usual, retry] : cases) {
    CAPTURE(queued);
    const room left{queued, limit};
    CHECK(left.of(priority::bulk) == bulk);
    CHECK(left.of(priority::usual) == usual);
    CHECK(left.of(priority::retry) == retry);
  }
  CHECK(room{}.of(priority::bulk) == SIZE_MAX);
}

TEST_CASE("an idle mailbox has room for everything, however low its limit") {
  for (const auto limit : {limits::shard_operations_min, limits::lists_min}) {
    const room idle{0, limit};
    CHECK(idle.of(priority::bulk) > 0);
    CHECK(idle.of(priority::usual) > 0);
    CHECK(idle.of(priority::retry) > 0);
  }
}

TEST_CASE("priority_of() finds what costs much, and what is sent again until it is done") {
  const auto of = [](const full_command& command) {
    return counter::priority_of(counter::request{command});
  };
  full_command command{.name = "x", .parameters = {.operation = operation::add, .operand = 1}};
  CHECK(of(command) == priority::usual);
  command.condition.if_none_match = counter::version_set{.is_any = true};
  CHECK(of(command) == priority::usual);
  command.idempotency_key = "k";
  CHECK(of(command) == priority::retry);
  command.parameters.operation = operation::get;  // ignores the key
  CHECK(of(command) == priority::usual);
  command.condition.if_match = counter::version_set{.listed = {7}};
  CHECK(of(command) == priority::retry);
  CHECK(counter::priority_of(counter::request{counter::page_request{}}) == priority::bulk);
  CHECK(counter::priority_of(counter::request{counter::backup_request{}}) == priority::bulk);
}

TEST_CASE("priority_of() a batch depends on its size, then on its keys; its binding has the same") {
  const full_command plain{.name = "x", .parameters = {.operation = operation::add}};
  auto keyed = plain;
  keyed.idempotency_key = "k";
  auto binding = keyed;
  binding.parameters.operation = operation::bind;
  using list = counter::command_list;
  CHECK(counter::priority_of(list(limits::small_batch_max, plain)) == priority::usual);
  CHECK(counter::priority_of(list{plain, keyed}) == priority::retry);
  CHECK(counter::priority_of(list(limits::small_batch_max + 1, plain)) == priority::bulk);
  for (const auto size : {limits::small_batch_max, limits::small_batch_max + 1}) {
    CAPTURE(size);
    binding.bound_operations = static_cast<std::uint16_t>(size);
    CHECK(counter::priority_of(counter::request{binding}) ==
          counter::priority_of(list(size, keyed)));
  }
}

TEST_CASE("a fast mailbox is bounded by its size, beyond which only retries have room") {
  constexpr auto most = limits::shard_operations_max;
  for (const std::size_t fitting : {2 * most, 100 * most, SIZE_MAX}) {
    const room idle{0, fitting};
    CHECK(idle.of(priority::bulk) == most);
    CHECK(idle.of(priority::usual) == most);
    CHECK(idle.of(priority::retry) == most + most / 10);
    const room full{most, fitting};
    CHECK(full.of(priority::bulk) == 0);
    CHECK(full.of(priority::usual) == 0);
    CHECK(full.of(priority::retry) == most / 10);
    CHECK(room{most + most / 10, fitting}.of(priority::retry) == 0);
  }
  // Where half of the time ends before that, bulk ends there.
  CHECK(room{0, most + 100}.of(priority::bulk) == most / 2 + 50);
}
