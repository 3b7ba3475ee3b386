#include "config/listen_address.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using config::listen_address;

TEST_CASE("listen_address::parse() accepts HOST:PORT with IPv6 in brackets, PORT and :PORT") {
  struct {
    std::string_view text;
    listen_address expected;
  } const cases[] = {
      {"127.0.0.1:8000", {"127.0.0.1", "8000"}},
      {"localhost:0", {"localhost", "0"}},
      {"0.0.0.0:65535", {"0.0.0.0", "65535"}},
      {"[::1]:8000", {"::1", "8000"}},
      {"[::]:80", {"::", "80"}},
      {"[fe80::1%eth0]:80", {"fe80::1%eth0", "80"}},
      {"x:1", {"x", "1"}},
      {"8000", {"127.0.0.1", "8000"}},
      {"0", {"127.0.0.1", "0"}},
      {":8000", {"", "8000"}},
      {":0", {"", "0"}},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    const auto parsed = listen_address::parse(text);
    REQUIRE(parsed);
    CHECK(parsed->host == expected.host);
    CHECK(parsed->port == expected.port);
  }
}

TEST_CASE("listen_address::parse() refuses malformed addresses") {
  const std::string_view cases[] = {
      "",
      ":",
      "::",
      "65536",
      "-1",
      "0x10",
      "8000 ",
      " 8000",
      ": 8000",
      ":65536",
      ":8000:",
      "::8000",
      "localhost",
      "localhost:",
      "x:65536",
      "x:99999999",
      "x:-1",
      "x:+1",
      "x: 1",
      "x:1 ",
      "x:http",
      "x:1x",
      "x:0x10",
      "::1:8000",
      "::1",
      "[::1]",
      "[::1]8000",
      "[::1]:",
      "[::1:8000",
      "::1]:8000",
      "[]:8000",
      "[:8000",
      "]:8000",
      "[x]:8000",
      "[127.0.0.1]:1",
      "a:b:1",
      "[[::1]]:8000",
      "a]:1",
  };
  for (const auto text : cases) {
    CAPTURE(text);
    CHECK_FALSE(listen_address::parse(text));
  }
}

TEST_CASE(
    "reaches_other_machines() is true for all but loopback addresses, however they are written") {
  for (const std::string host : {"", "*", "0.0.0.0", "0", "0.0", "0x0", "::", "0::0", "::0.0.0.0",
                                 "10.0.0.0", "128.0.0.1", "2001:db8::1", "::ffff:0.0.0.0"}) {
    CAPTURE(host);
    CHECK(listen_address{host, "1"}.reaches_other_machines());
  }
  for (const std::string host : {"127.0.0.1", "127.1", "127.255.255.255", "::ffff:127.0.0.1", "::1",
                                 "0::1", "localhost", "a b"}) {
    CAPTURE(host);
    CHECK_FALSE(listen_address{host, "1"}.reaches_other_machines());
  }
}

TEST_CASE("listen_addresses are equal if host and port are") {
  CHECK(listen_address{"a", "1"} == listen_address{"a", "1"});
  CHECK_FALSE(listen_address{"a", "1"} == listen_address{"b", "1"});
  CHECK_FALSE(listen_address{"a", "1"} == listen_address{"a", "2"});
}
