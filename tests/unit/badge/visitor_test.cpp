#include "http/api/badge/visitor.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using unit::field;

namespace {

constexpr counter::siphash_key key{1, 2};
constexpr http::connection_info stranger{.network = {0xc0000201, false}};
constexpr http::connection_info proxy{.network = {0x0a000001, true}};

std::string visitor(const http::connection_info& connection, const unit::field_list& fields = {},
                    std::string_view name = "x", counter::siphash_key secret = key) {
  return http::badge::visitor_of(connection, unit::fields_of(fields), name, secret);
}

}  // namespace

TEST_CASE("visitor_of() tells clients, counters and secrets apart") {
  const auto one = visitor(stranger);
  CHECK(one.starts_with("hit-"));
  CHECK(one.size() <= 20);
  CHECK(one == visitor(stranger));
  CHECK(one != visitor({.network = {0xc0000202, false}}));
  CHECK(one != visitor(stranger, {}, "y"));
  CHECK(one != visitor(stranger, {}, "x", {1, 3}));
}

TEST_CASE("visitor_of() believes X-Forwarded-For of a private network only, and its last client") {
  const auto one = visitor(stranger);
  for (const std::string_view list :
       {"192.0.2.1", "192.0.2.1:1234", "203.0.113.9, 192.0.2.1", "x,192.0.2.1 ", ", 192.0.2.1",
        "192.0.2.1,", "192.0.2.1, ,"}) {
    CAPTURE(list);
    CHECK(visitor(proxy, {{field::forwarded_for, list}}) == one);
  }
  CHECK(visitor(proxy, {{field::forwarded_for, "203.0.113.9"},
                        {field::forwarded_for, "192.0.2.1"}}) == one);
  CHECK(visitor(stranger, {{field::forwarded_for, "203.0.113.9"}}) == one);
}

TEST_CASE("visitor_of() falls back to the peer") {
  for (const std::string_view list : {"", "unknown", ",", " , ", "192.0.2.1, _x"}) {
    CAPTURE(list);
    CHECK(visitor(proxy, {{field::forwarded_for, list}}) == visitor(proxy));
  }
  CHECK(visitor(proxy, {{field::forwarded, "for=192.0.2.1"}}) == visitor(proxy));
}
