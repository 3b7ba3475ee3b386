#include "rights/scope.hpp"
#include "rights/permissions.hpp"

#include <doctest/doctest.h>

#include <string>

using rights::parse_scopes;
using rights::scope;
using rights::scope_set;
using rights::verdict;

TEST_CASE("parse_scopes() reads names with commas between them, and to_text() returns them") {
  for (const std::string text : {"read", "list", "add", "write", "delete", "admin", "read,add",
                                 "read,list,add,write,delete"}) {
    CAPTURE(text);
    const auto scopes = parse_scopes(text);
    REQUIRE(scopes);
    CHECK(to_text(*scopes) == text);
  }
  CHECK(parse_scopes("all") == scope_set::all());
  CHECK(parse_scopes("add,read,add") == scope_set{scope::read, scope::add});
  CHECK(to_text(scope_set{}) == "nothing");
  for (const std::string bad : {"", ",", "read,", ",read", "Read", "read, add", "none", "remove",
                                "all,read", "reads", "everything"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_scopes(bad));
  }
}

TEST_CASE("a scope_set contains what was added, and none") {
  scope_set set;
  CHECK(set.contains(scope::none));
  for (const auto each : rights::every_scope) {
    CHECK_FALSE(set.contains(each));
    set.add(each);
    CHECK(set.contains(each));
    CHECK_FALSE(set.without(each).contains(each));
  }
  CHECK(set == scope_set::all());
}

TEST_CASE(
    "permissions allow what is in their scopes, and no change where the server is read-only") {
  const scope_set some{scope::read, scope::add};
  const rights::permissions writable{some, false};
  const rights::permissions read_only{some, true};
  CHECK(writable.check(scope::none) == verdict::allowed);
  CHECK(writable.check(scope::read) == verdict::allowed);
  CHECK(writable.check(scope::add) == verdict::allowed);
  CHECK(writable.check(scope::write) == verdict::forbidden);
  CHECK(read_only.check(scope::read) == verdict::allowed);
  CHECK(read_only.check(scope::add) == verdict::read_only);
  CHECK(read_only.check(scope::write) == verdict::forbidden);
  const rights::permissions archive{scope_set::all(), true};
  for (const auto changing : {scope::add, scope::write, scope::remove})
    CHECK(archive.check(changing) == verdict::read_only);
  for (const auto reading : {scope::none, scope::read, scope::list, scope::admin})
    CHECK(archive.check(reading) == verdict::allowed);
}
