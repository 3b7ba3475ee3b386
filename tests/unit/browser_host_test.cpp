#include "tests/unit/browser_loop.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using unit::browser_loop;
using unit::far;
using unit::host;
using unit::inc;

TEST_CASE("the server answers for localhost, for addresses and for the names it is given") {
  for (const std::string_view good : {"localhost",
                                      "localhost:8000",
                                      "LOCALHOST",
                                      "Localhost.",
                                      "localhost.:8000",
                                      "app.localhost",
                                      "a.b.localhost:1",
                                      "127.0.0.1",
                                      "127.0.0.1:8000",
                                      "127.9.8.7",
                                      "192.168.1.5:8000",
                                      "10.0.0.1",
                                      "[::1]",
                                      "[::1]:8000",
                                      "[fe80::1]:8000",
                                      "[::ffff:127.0.0.1]",
                                      "counters.example",
                                      "COUNTERS.example:8000",
                                      "counters.example.",
                                      "10.0.0.5.nip.io",
                                      "127.0.0.1.localhost"}) {
    CAPTURE(good);
    browser_loop fresh{{.hosts = {"counters.example", "10.0.0.5.nip.io"}}};
    CHECK(fresh.get(inc, host(good)) == 200);
    CHECK(fresh.get(inc, host(good)) == 200);
    CHECK(fresh.fields() == "");
  }
}

TEST_CASE("a request for any other host is 421, and the line names the flag") {
  for (const std::string_view bad : {"evil.example",
                                     "evil.example:8000",
                                     "localhost.evil.com",
                                     "xlocalhost",
                                     "localhost.x",
                                     "0.0.0.0",
                                     "0.0.0.0:8000",
                                     "[::]",
                                     "[::]:8000",
                                     "[::ffff:0.0.0.0]",
                                     "0",
                                     "0x7f.1",
                                     "127.1",
                                     "2130706433",
                                     "127.0.0.1.evil.com",
                                     "127.0.0.1.",
                                     "localhost..",
                                     ".localhost.evil",
                                     "counters.example.evil.com",
                                     "evilcounters.example",
                                     "counters",
                                     "local%68ost",
                                     ""}) {
    CAPTURE(bad);
    browser_loop fresh{{.hosts = {"counters.example"}}};
    for (const std::string_view target : {"/get?name=x", inc.data(), "/", "/nowhere", "*"}) {
      CHECK(fresh.get(target, host(bad)) == 421);
      CHECK(fresh.body().find("does not answer for") != std::string_view::npos);
      CHECK(fresh.body().ends_with('\n'));
    }
    CHECK(fresh.ask("OPTIONS", "/inc", host(bad)) == 421);
    CHECK(fresh.get("/v1/counters", host(bad)) == 421);
    CHECK(fresh.body().find("\"code\":\"misdirected\"") != std::string_view::npos);
  }
  browser_loop fresh;
  fresh.get(inc, host("evil.example:8000"));
  for (int round = 0; round < 3; ++round) {
    CHECK(fresh.get(inc, host("evil.example:8000")) == 421);
    CHECK(fresh.body() ==
          "the server does not answer for evil.example: start it with --allow-host evil.example if "
          "it should\n");
  }
}

TEST_CASE("a request refers to its own host, whatever hosts become known meanwhile") {
  http::known_hosts hosts;
  hosts.add("localhost:8000", true);
  http::request_parser parser{nullptr, &hosts};
  const std::string_view header =
      "POST /inc?name=x HTTP/1.1\r\nHost: localhost:8000\r\nContent-Length: 2\r\n\r\n";
  REQUIRE(parser.parse(header) == header.size());
  for (char name = 'a'; hosts.has_room_for("a"); ++name)
    hosts.add(std::string_view{&name, 1}, false);
  CHECK_FALSE(hosts.find("b")->is_ours);
  CHECK(hosts.find("z") == nullptr);
  parser.parse("{}");
  REQUIRE(parser.state() == http::parse_state::complete);
  REQUIRE(parser.request().known_host != nullptr);
  CHECK(parser.request().known_host->text == "localhost:8000");
  CHECK(parser.request().known_host->is_ours);
  parser.restart();
  CHECK(parser.request().known_host == nullptr);
}

TEST_CASE("known_hosts takes no long host") {
  http::known_hosts hosts;
  CHECK(hosts.has_room_for(std::string(256, 'a')));
  CHECK_FALSE(hosts.has_room_for(std::string(257, 'a')));
}

TEST_CASE("a known host lets no other host in") {
  browser_loop fresh;
  for (int round = 0; round < 3; ++round) {
    CHECK(fresh.get(inc, host("127.0.0.1:8000")) == 200);
    CHECK(fresh.get(inc, host("evil.example")) == 421);
    CHECK(fresh.get(inc, host("127.0.0.1:8000")) == 200);
    CHECK(fresh.get(inc, host("localhost:8000")) == 200);
  }
}

TEST_CASE("a request from another machine may have any host, unless hosts are given") {
  browser_loop open{{}, far};
  CHECK(open.get(inc, host("counters.example")) == 200);
  CHECK(open.get(inc, host("counters.example")) == 200);  // known, and not ours
  browser_loop guarded{{.hosts = {"counters.example"}, .checks_every_host = true}, far};
  CHECK(guarded.get(inc, host("counters.example")) == 200);
  CHECK(guarded.get(inc, host("192.168.1.5")) == 200);
  CHECK(guarded.get(inc, host("evil.example")) == 421);
  CHECK(guarded.get(inc, host("evil.example")) == 421);
}
