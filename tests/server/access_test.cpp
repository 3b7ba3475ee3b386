#include "tests/server/support/client.hpp"
#include "tests/server/support/external_address.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace support;

namespace {

std::string as_page(const std::string& method, const std::string& target,
                    const std::string& fields) {
  return method + " " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

const std::string cross_site =
    "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n";

}  // namespace

TEST_CASE("a page of another site counts nothing and makes no backup") {
  const temporary_directory disk;
  const auto data = disk.path() / "data";
  server_process server{{"--data", data.string()}};
  client connection{server.port()};
  CHECK(connection.ask(as_page("GET", "/inc?name=x", cross_site)).status == 403);
  CHECK(connection.ask(as_page("POST", "/v1/counters/x?delta=5", cross_site)).status == 403);
  CHECK(connection.ask(as_page("POST", "/v1/admin/backup?name=b", cross_site)).status == 403);
  CHECK(connection.ask(as_page("GET", "/v1/counters", cross_site)).status == 403);
  CHECK(connection.ask(as_page("GET", "/v1/counters", "Host: evil.example\r\n")).status == 421);
  CHECK(connection.ask(get_request("/get?name=x")).status == 404);
  CHECK_FALSE(std::filesystem::exists(data / "backups" / "b"));
  // The connection has stayed all the time.
  CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
}

TEST_CASE("a server on every address answers its own machine for its own names only") {
  server_process server{{"--anonymous", "read"}, {.listen = {"0.0.0.0:0"}}};
  client connection{"127.0.0.1:" + std::to_string(server.port())};
  for (const std::string name : {"evil.example", "127.0.0.1.evil.com", "0.0.0.0", ""}) {
    CAPTURE(name);
    CHECK(connection.ask(as_page("GET", "/inc?name=x", "Host: " + name + "\r\n")).status == 421);
  }
  CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
}

TEST_CASE("a page of an allowed origin counts, and reads the responses in any order") {
  server_process server{{"--allow-origin", "https://app.example", "--allow-host", "app.example"}};
  client connection{server.port()};
  const std::string page =
      "Host: app.example\r\nSec-Fetch-Site: cross-site\r\nOrigin: https://app.example\r\n";
  // Pipelined, so that responses wait for one another.
  connection.send(as_page("POST", "/v1/counters/x", page) + get_request("/inc?name=x") +
                  as_page("GET", "/v1/counters?limit=10", page) +
                  as_page("GET", "/get?name=x", page));
  const auto created = connection.read_answer();
  CHECK(created.status == 201);
  CHECK(created.field("Access-Control-Allow-Origin") == "https://app.example");
  const auto plain = connection.read_answer();
  CHECK(plain.body == "ok\n");
  CHECK(plain.field("Access-Control-Allow-Origin") == "");
  CHECK(plain.field("Vary") == "Origin");
  for (int i = 0; i < 2; ++i) {
    const auto read = connection.read_answer();
    CHECK(read.status == 200);
    CHECK(read.field("Access-Control-Allow-Origin") == "https://app.example");
    CHECK(read.field("Vary") == "Origin");
  }
}

TEST_CASE("clients that are no browsers get the fields they got before") {
  server_process server;
  client connection{server.port()};
  const auto answer = connection.ask(get_request("/inc?name=x"));
  for (const std::string name : {"Vary", "Cross-Origin-Resource-Policy", "Content-Security-Policy",
                                 "Access-Control-Allow-Origin"}) {
    CAPTURE(name);
    CHECK(answer.field(name) == "");
  }
}

TEST_CASE("a read-only server starts on what was counted before, and changes nothing") {
  const temporary_directory disk;
  const auto data = (disk.path() / "data").string();
  {
    server_process server{{"--data", data}};
    CHECK(get(server.port(), "/set?name=x&val=7").status == 200);
  }
  server_process server{{"--data", data, "--read-only"}};
  CHECK(get(server.port(), "/inc?name=x").status == 403);
  CHECK(get(server.port(), "/get?name=x").body == "x: 7\n");
  client connection{server.port()};
  CHECK(connection.ask(request("DELETE", "/v1/counters/x")).status == 403);
  CHECK(connection.ask(request("POST", "/v1/admin/backup?name=b")).status == 201);
}

TEST_CASE("clients on other machines do what --anonymous names") {
  const auto source = external_address();
  if (source.empty()) {
    MESSAGE("no address but the loopback here: not tested");
    return;
  }
  server_process server{{"--anonymous", "read,add"}, {.listen = {source + ":0"}}};
  client far{server.addresses()[0], 0, source + ":0"};
  CHECK(far.ask(get_request("/inc?name=x")).body == "ok\n");
  CHECK(far.ask(get_request("/get?name=x")).body == "x: 1\n");
  CHECK(far.ask(get_request("/set?name=x&val=5")).status == 403);
  CHECK(far.ask(get_request("/v1/counters")).status == 403);
  CHECK(far.ask(request("DELETE", "/v1/counters/x")).status == 403);
  CHECK(far.ask(get_request("/get?name=x")).body == "x: 1\n");
}
