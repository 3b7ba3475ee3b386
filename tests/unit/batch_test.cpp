#include "counter/shard/batch.hpp"
#include "counter/call.hpp"
#include "counter/limits.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/no_origin.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

using counter::batch;
using counter::limits;
using counter::operation;
using counter::outcome;
using unit::no_origin;

TEST_CASE("a new batch is empty and has its origin") {
  no_origin origin, other;
  batch empty{origin};
  CHECK(empty.size() == 0);
  CHECK(&empty.origin() == &origin);
  CHECK(&batch{other}.origin() == &other);
}

TEST_CASE("batch::command_at() returns the commands that were added, in order") {
  no_origin origin;
  batch filled{origin};
  filled.add({operation::add, "visits", INT64_MAX}, 0);
  filled.add({operation::set, "x", INT64_MIN}, 0);
  filled.add({operation::get, std::string(limits::name_bytes_max, 'x'), 0}, UINT64_MAX);
  filled.add({operation::add, "visits", -1}, 0);

  REQUIRE(filled.size() == 4);
  CHECK(filled.command_at(0).operation == operation::add);
  CHECK(filled.command_at(0).name == "visits");
  CHECK(filled.command_at(0).operand == INT64_MAX);
  CHECK(filled.command_at(1).operation == operation::set);
  CHECK(filled.command_at(1).name == "x");
  CHECK(filled.command_at(1).operand == INT64_MIN);
  CHECK(filled.command_at(2).operation == operation::get);
  CHECK(filled.command_at(2).name == std::string(limits::name_bytes_max, 'x'));
  CHECK(filled.hash_at(1) == 0);
  CHECK(filled.hash_at(2) == UINT64_MAX);
  CHECK(filled.command_at(3).name == "visits");
  CHECK(filled.command_at(3).operand == -1);
}

TEST_CASE("batch::add() copies the name") {
  no_origin origin;
  batch filled{origin};
  std::string name = "visits";
  filled.add({operation::get, name, 0}, 0);
  name = "others";
  CHECK(filled.command_at(0).name == "visits");
}

TEST_CASE("a batch holds batch_operations_max commands with the longest names") {
  no_origin origin;
  batch filled{origin};
  auto name_of = [](std::size_t i) {
    auto name = std::to_string(i);
    return name + std::string(limits::name_bytes_max - name.size(), '.');
  };
  for (std::size_t i = 0; i < limits::batch_operations_max; ++i)
    filled.add({operation::add, name_of(i), static_cast<std::int64_t>(i)}, 0);
  for (std::size_t i = 0; i < limits::batch_operations_max; ++i) {
    CAPTURE(i);
    REQUIRE(filled.command_at(i).name == name_of(i));
    REQUIRE(filled.command_at(i).operand == static_cast<std::int64_t>(i));
  }
}

TEST_CASE("batch::complete() stores a reply for each command") {
  no_origin origin;
  batch filled{origin};
  filled.add({operation::add, "a", 1}, 0);
  filled.add({operation::add, "b", 1}, 0);
  filled.complete(1, {outcome::ok, 7});
  filled.complete(0, {outcome::overflow, 0});
  CHECK(filled.reply_at(0).outcome == outcome::overflow);
  CHECK(filled.reply_at(0).value == 0);
  CHECK(filled.reply_at(1).outcome == outcome::ok);
  CHECK(filled.reply_at(1).value == 7);
}

TEST_CASE("batch::refuse() completes every command with the outcome") {
  no_origin origin;
  batch filled{origin};
  filled.add({operation::add, "a", 1}, 0);
  filled.add({operation::add, "b", 1}, 0);
  filled.complete(0, {outcome::ok, 7});
  filled.refuse(outcome::overloaded);
  for (std::size_t i = 0; i < filled.size(); ++i) {
    CHECK(filled.reply_at(i).outcome == outcome::overloaded);
    CHECK(filled.reply_at(i).value == 0);
  }
}

TEST_CASE("batch::clear() retains the memory of commands") {
  no_origin origin;
  batch used{origin};
  const std::string name(100, 'x'), other(100, 'y');  // longer than the buffer inside a std::string
  used.add({operation::add, name, 1}, 0);
  used.refuse(outcome::draining);
  const auto* memory = used.command_at(0).name.data();

  used.clear();
  CHECK(used.size() == 0);
  const auto allocated = unit::allocations::now().calls;
  used.add({operation::get, other, 0}, 0);
  CHECK(unit::allocations::now().calls == allocated);
  CHECK(used.size() == 1);
  CHECK(used.command_at(0).name == other);
  CHECK(used.reply_at(0).outcome == outcome::ok);
  CHECK(used.command_at(0).name.data() == memory);
}

TEST_CASE("a batch holds commands and calls in one order") {
  no_origin origin;
  batch filled{origin};
  filled.add({operation::add, "visits", 5}, 1);
  filled.add(counter::full_command{"hits"}, 2);
  filled.add({operation::get, "others", 6}, 3);
  filled.add(counter::page_request{"prefix", "after", 8}, 4);
  filled.add(counter::expiry_sweep_request{}, 5);

  REQUIRE(filled.size() == 5);
  using enum batch::kind_type;
  const batch::kind_type kinds[] = {command, call, command, call, call};
  for (std::size_t i = 0; i < filled.size(); ++i) {
    CAPTURE(i);
    CHECK((filled.kind_of(i) == kinds[i]));
    CHECK(filled.hash_at(i) == i + 1);
  }
  CHECK(filled.command_at(0).name == "visits");
  CHECK(filled.command_at(2).name == "others");
  CHECK(filled.command_at(2).operand == 6);
  CHECK(std::get<counter::full_command>(filled.call_at(1).request).name == "hits");
  const auto& list = std::get<counter::page_request>(filled.call_at(3).request);
  CHECK(list.prefix == "prefix");
  CHECK(list.after == "after");
  CHECK(list.limit == 8);
  CHECK(std::holds_alternative<counter::expiry_sweep_request>(filled.call_at(4).request));
}

TEST_CASE("batch::refuse() completes every call with a response of its kind") {
  no_origin origin;
  batch filled{origin};
  filled.add(counter::full_command{"hits"}, 0);
  filled.add({operation::add, "visits", 5}, 0);
  filled.add(counter::page_request{.after = "a"}, 0);
  filled.add(counter::expiry_sweep_request{}, 0);
  filled.call_at(0).response =
      counter::full_reply{outcome::ok, true, counter::state{1, 1}, counter::state{2, 2}};
  filled.call_at(2).response = counter::page{outcome::ok, {{"a", {}}}, true, "a"};
  filled.call_at(3).response = counter::expiry_sweep{outcome::ok, true};
  filled.refuse(outcome::draining);

  CHECK(std::get<counter::full_reply>(filled.call_at(0).response) ==
        counter::full_reply{outcome::draining});
  CHECK(filled.reply_at(1).outcome == outcome::draining);
  const auto& page = std::get<counter::page>(filled.call_at(2).response);
  CHECK(page.outcome == outcome::draining);
  CHECK(page.counters.empty());
  CHECK_FALSE(page.is_last);
  const auto& expiry_sweep = std::get<counter::expiry_sweep>(filled.call_at(3).response);
  CHECK(expiry_sweep.outcome == outcome::draining);
  CHECK_FALSE(expiry_sweep.is_done);
}

TEST_CASE("batch::clear() frees the memory of calls") {
  no_origin origin;
  batch used{origin};
  used.add({operation::add, "visits", 1}, 0);
  const auto before = unit::allocations::now().live_bytes;
  for (int i = 0; i < 100; ++i)
    used.add(counter::full_command{std::string(200, 'x')}, 0);
  used.clear();
  CHECK(used.size() == 0);
  // The vector of items retains its memory.
  CHECK(unit::allocations::now().live_bytes - before < 8 * 1024);
  used.add(counter::full_command{"hits"}, 4);
  REQUIRE(used.size() == 1);
  CHECK((used.kind_of(0) == batch::kind_type::call));
  CHECK(std::get<counter::full_command>(used.call_at(0).request).name == "hits");
}

TEST_CASE("batches that share a command_list complete its elements") {
  no_origin origin;
  batch first{origin}, second{origin};
  const auto list = std::make_shared<counter::call>(
      counter::command_list{{.name = "a"}, {.name = "b"}, {.name = "c"}});
  list->response = counter::reply_list(3);
  first.add({operation::get, "z"}, 1);
  first.add(list, 0, 2);
  second.add(list, 1, 3);
  first.add(list, 2, 4);
  first.add(counter::full_command{.name = "y"}, 5);

  CHECK((first.kind_of(1) == batch::kind_type::element));
  CHECK(first.full_command_at(0) == nullptr);
  CHECK(first.full_command_at(1)->name == "a");
  CHECK(second.full_command_at(0)->name == "b");
  CHECK(first.full_command_at(2)->name == "c");
  CHECK(first.full_command_at(3)->name == "y");
  CHECK(first.hash_at(2) == 4);
  CHECK(&second.list_at(0) == list.get());
  second.complete_full(0, {.after = counter::state{7, 1}});
  first.complete_full(1, {.after = counter::state{8, 2}});
  first.refuse(2, outcome::disk_full);
  const auto& replies = std::get<counter::reply_list>(list->response);
  CHECK(replies[0].after->value == 8);
  CHECK(replies[1].after->value == 7);
  CHECK(replies[2] == counter::full_reply{outcome::disk_full});
  first.refuse(outcome::draining);
  CHECK(replies[0] == counter::full_reply{outcome::draining});
  CHECK(replies[1].after->value == 7);
  first.clear();
  second.clear();
  CHECK(list.use_count() == 1);
}
