#include "rights/permissions.hpp"
#include "http/api/operation_rights.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

using counter::operation;
using http::check_operation;
using rights::permissions;
using rights::scope;
using rights::scope_set;
using rights::verdict;

namespace {

constexpr operation operations[] = {operation::get, operation::add, operation::set,
                                    operation::remove};

}  // namespace

TEST_CASE("check_operation() needs the scope of the operation") {
  for (const auto each : operations)
    for (const auto given : rights::every_scope) {
      const bool is_needed = http::scope_of(each) == given;
      const rights::grant grant{.scopes = {given}};
      CHECK(check_operation({grant, false}, "x", {.operation = each}) ==
            (is_needed ? verdict::allowed : verdict::forbidden));
      CHECK(check_operation({scope_set{given}, false}, "x", {.operation = each}) ==
            (is_needed ? verdict::allowed : verdict::forbidden));
    }
  CHECK(http::scope_of(operation::get) == scope::read);
  CHECK(http::scope_of(operation::add) == scope::add);
  CHECK(http::scope_of(operation::set) == scope::write);
  CHECK(http::scope_of(operation::remove) == scope::remove);
}

TEST_CASE("check_operation() limits every operation to the names of a prefix") {
  const rights::grant grant{.scopes = scope_set::all(), .prefixes = {"shop/", "cart "}};
  const permissions limited{grant, false};
  for (const auto each : operations) {
    for (const std::string_view inside : {"shop/", "shop/a", "shop/../x", "cart 1"}) {
      CAPTURE(inside);
      CHECK(check_operation(limited, inside, {.operation = each}) == verdict::allowed);
    }
    for (const std::string_view outside :
         {"shop", "shopx", "shop%2Fa", "Shop/a", "cart", "x", "/shop/a", "sho"}) {
      CAPTURE(outside);
      CHECK(check_operation(limited, outside, {.operation = each}) == verdict::other_name);
    }
  }
  CHECK(limited.check_name("shop/a") == verdict::allowed);
  CHECK(limited.check_name("") == verdict::other_name);
}

TEST_CASE("check_operation() limits additions to a range of deltas") {
  const rights::grant grant{.scopes = scope_set::all(), .deltas = rights::delta_range{1, 100}};
  const permissions limited{grant, false};
  struct {
    std::int64_t delta;
    verdict expected;
  } const cases[] = {{0, verdict::other_delta},        {1, verdict::allowed},
                     {100, verdict::allowed},          {101, verdict::other_delta},
                     {-1, verdict::other_delta},       {INT64_MIN, verdict::other_delta},
                     {INT64_MAX, verdict::other_delta}};
  for (const auto& [delta, expected] : cases) {
    CAPTURE(delta);
    CHECK(check_operation(limited, "x", {.operation = operation::add, .operand = delta}) ==
          expected);
    // The operand of other operations is no delta.
    CHECK(check_operation(limited, "x", {.operation = operation::set, .operand = delta}) ==
          verdict::allowed);
  }
  using std::chrono::seconds;
  const counter::parameters plain{.operation = operation::add, .operand = 5};
  std::vector<counter::parameters> with_options(6, plain);
  with_options[0].initial = 1;
  with_options[1].min = 0;
  with_options[2].max = 0;
  with_options[3].ttl = seconds{1};
  with_options[4].ttl_mode = counter::ttl_mode::persist;
  with_options[5].ttl_mode = counter::ttl_mode::refresh;
  for (const auto& parameters : with_options)
    CHECK(check_operation(limited, "x", parameters) == verdict::bounded_options);
  auto without = plain;
  without.create = false;
  CHECK(check_operation(limited, "x", without) == verdict::allowed);
}

TEST_CASE("check_operation() refuses changes to a read-only server, whatever a token gives") {
  const rights::grant grant{.scopes = scope_set::all(), .prefixes = {"a"}};
  for (const auto each : operations)
    CHECK(check_operation({grant, true}, "a", {.operation = each}) ==
          (each == operation::get ? verdict::allowed : verdict::read_only));
}

TEST_CASE("check_any_operation() refuses only who may send no operation of a batch") {
  for (const auto each : rights::every_scope) {
    const bool is_operation =
        std::any_of(std::begin(operations), std::end(operations),
                    [each](operation one) { return http::scope_of(one) == each; });
    CHECK(permissions{scope_set{each}, false}.check_any_operation() ==
          (is_operation ? verdict::allowed : verdict::forbidden));
  }
  CHECK(permissions{scope_set{}, false}.check_any_operation() == verdict::forbidden);
}
