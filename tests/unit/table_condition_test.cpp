#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>

using counter::full_command;
using counter::full_reply;
using counter::operation;
using counter::outcome;
using namespace unit;

TEST_CASE("table::apply() checks if_match and if_none_match against the counter's version") {
  const counter::version_set current{.listed = {99, 1}}, other{.listed = {0, 2, UINT64_MAX}}, empty;
  struct {
    const char* description;
    std::optional<counter::version_set> match, none_match;
    bool holds, holds_without;
  } const cases[] = {
      {"no condition", {}, {}, true, true},
      {"is any", any(), {}, true, false},
      {"is this", current, {}, true, false},
      {"is another", other, {}, false, false},
      {"is one of none", empty, {}, false, false},
      {"is not there", {}, any(), false, true},
      {"is not this", {}, current, false, true},
      {"is not another", {}, other, true, true},
      {"is none of none", {}, empty, true, true},
      {"is this and not another", current, other, true, false},
      {"is this and not this", current, current, false, false},
      {"is any and not there", any(), any(), false, false},
  };
  for (const auto& [description, match, none_match, holds, holds_without] : cases) {
    for (const auto change : {operation::get, operation::set, operation::add, operation::remove})
      for (const bool exists : {true, false}) {
        CAPTURE(description);
        CAPTURE(static_cast<int>(change));
        CAPTURE(exists);
        shard at;
        if (exists)
          at.apply(set("hits", 7));
        const auto before = at.state("hits");
        const full_command command{"hits", {.operation = change}, {match, none_match}};
        const auto reply = at.apply(command);
        const bool is_read = change == operation::get;
        auto expected = outcome::ok;
        if (!(exists ? holds : holds_without))
          expected = outcome::precondition_failed;
        else if (!exists && change == operation::remove)
          expected = outcome::not_found;
        // A read of a missing counter is not found, whatever the condition.
        if (is_read && !exists)
          expected = outcome::not_found;
        else if (is_read && expected != outcome::ok && (!match || match->contains(1)))
          expected = outcome::not_modified;
        CHECK(reply.outcome == expected);
        if (expected != outcome::ok)
          CHECK(reply == full_reply{expected, false, before, before});
      }
  }
}

TEST_CASE("table::apply() checks the condition before the operation, and room last") {
  shard at{1};
  at.apply(set("hits", 7));
  const auto wrong = counter::version_set{.listed = {9}};
  for (const auto& command :
       {if_match(wrong, add("hits", INT64_MAX)), if_match(wrong, add("hits", {.max = 0})),
        if_match(wrong, add("none", {.create = false})), if_match(wrong, erase("none")),
        if_match(wrong, set("none", 1))}) {
    CAPTURE(model::text(command));
    CHECK(at.apply(command).outcome == outcome::precondition_failed);
  }
  CHECK(at.apply(if_none_match(any(), set("none", 1))).outcome == outcome::too_many_counters);
}
