#include "counterctl/client/server_address.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using counterctl::parse_server_address;
using counterctl::server_address;
using kind = counterctl::transport;

TEST_CASE("parse_server_address() reads URLs, Unix sockets and the shorthands of --listen") {
  struct {
    std::string text;
    server_address address;
    std::string canonical;
  } const cases[] = {
      {"http://127.0.0.1:8000",
       {kind::http, "127.0.0.1", "8000", "127.0.0.1:8000", ""},
       "http://127.0.0.1:8000"},
      {"http://counters", {kind::http, "counters", "80", "counters", ""}, "http://counters"},
      {"https://counters.example/",
       {kind::https, "counters.example", "443", "counters.example", ""},
       "https://counters.example"},
      {"http://[::1]:9", {kind::http, "::1", "9", "[::1]:9", ""}, "http://[::1]:9"},
      {"https://x/a/b//", {kind::https, "x", "443", "x", "/a/b"}, "https://x/a/b"},
      {"unix:/run/c.sock",
       {kind::unix_socket, "/run/c.sock", "", "localhost", ""},
       "unix:/run/c.sock"},
      {"8000", {kind::http, "localhost", "8000", "localhost:8000", ""}, "http://localhost:8000"},
      {":81", {kind::http, "localhost", "81", "localhost:81", ""}, "http://localhost:81"},
      {"host", {kind::http, "host", "8000", "host:8000", ""}, "http://host:8000"},
      {"host:82", {kind::http, "host", "82", "host:82", ""}, "http://host:82"},
      {"host/x", {kind::http, "host", "8000", "host:8000", "/x"}, "http://host:8000/x"},
      {"[::1]", {kind::http, "::1", "8000", "[::1]:8000", ""}, "http://[::1]:8000"},
      {"10.0.0.1:83/x",
       {kind::http, "10.0.0.1", "83", "10.0.0.1:83", "/x"},
       "http://10.0.0.1:83/x"},
  };
  for (const auto& [text, address, canonical] : cases) {
    CAPTURE(text);
    const auto parsed = parse_server_address(text);
    CHECK(parsed == address);
    CHECK(to_text(parsed) == canonical);
    CHECK(parse_server_address(canonical) == parsed);
  }
}

TEST_CASE("parse_server_address() refuses what is no address, and passwords without showing them") {
  for (const std::string bad :
       {"", "http://", "ftp://x", "http://x:0", "http://x:65536", "http://x:y", "http://x?y",
        "http://x#y", "unix:", "http://x y", "http://a\nb", "::1", "http:///x"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_server_address(bad), std::invalid_argument);
  }
  CHECK_THROWS_AS(parse_server_address("unix:" + std::string(108, 'x')), std::invalid_argument);
  for (const std::string url :
       {"http://me:secret@host", "ftp://me:secret@host", "http://me:secret@h/a b",
        "http://me:secret@[h", "http://me:sec ret@h", "me:secret@h", "http://me:secret",
        "http://me:secret%40h", "http://h/?token=secret"}) {
    CAPTURE(url);
    std::string reason;
    try {
      parse_server_address(url);
    } catch (const std::invalid_argument& error) {
      reason = error.what();
    }
    CHECK(reason != "");
    CHECK(reason.find("secret") == std::string::npos);
    CHECK(reason.find("ret@") == std::string::npos);
  }
}
