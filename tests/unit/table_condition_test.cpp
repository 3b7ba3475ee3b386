#include "tests/cases/conditions.hpp"
#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>

using namespace unit;

namespace {

/// Returns the versions for a counter at version 1.
std::optional<counter::version_set> set_of(cases::versions versions) {
  switch (versions) {
    case cases::versions::no_field:
      break;
    case cases::versions::any:
      return any();
    case cases::versions::current:
      return counter::version_set{.listed = {99, 1}};
    case cases::versions::other:
      return counter::version_set{.listed = {0, 2, UINT64_MAX}};
    case cases::versions::unknown:
      return counter::version_set{};
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("table::apply() checks if_match and if_none_match against the counter's version") {
  for (const auto& condition : cases::conditions())
    for (const auto change : {operation::get, operation::set, operation::add, operation::remove})
      for (const bool exists : {true, false}) {
        CAPTURE(condition.description);
        CAPTURE(static_cast<int>(change));
        CAPTURE(exists);
        shard at;
        if (exists)
          at.apply(set("hits", 7));
        const auto before = at.state("hits");
        const auto reply =
            at.apply(full_command{"hits",
                                  {.operation = change},
                                  {set_of(condition.match), set_of(condition.none_match)}});
        const auto expected = condition.outcome(change, exists);
        CHECK(reply.outcome == expected);
        if (expected != outcome::ok)
          CHECK(reply == full_reply{expected, false, before, before});
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
