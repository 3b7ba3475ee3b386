// What is published: badges, and hits that count once for each client.

#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace support;
using namespace std::chrono_literals;

namespace {

/// What browsers send with an image of a page of another site.
const std::string from_page =
    "User-Agent: Mozilla/5.0\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Dest: image\r\nReferer: https://blog.example/\r\n";

std::string client_at(const std::string& address) {
  return "X-Forwarded-For: " + address + "\r\n";
}

/// Returns the response to a hit of a page's reader, who reaches the server through a proxy.
answer hit(const server_process& server, const std::string& name, const std::string& address) {
  client connection{server.port()};
  return connection.ask(request("GET", "/hit/" + name, from_page + client_at(address)));
}

std::string value_of(const server_process& server, const std::string& name) {
  return get(server.port(), "/get?name=" + name).body;
}

bool shows(const answer& badge, const std::string& message) {
  return badge.body.find("\"message\":\"" + message + "\"") != std::string::npos ||
         badge.body.find(">" + message + "</text>") != std::string::npos;
}

}  // namespace

TEST_CASE("a page of another site shows a badge and counts its readers, each once") {
  server_process server{{"--public-hit", "blog/", "--anonymous", "none"}};
  CHECK(get(server.port(), "/set?name=blog/post&val=41").status == 200);

  const auto first = hit(server, "blog%2Fpost.svg", "192.0.2.1");
  CHECK(first.status == 200);
  CHECK(first.field("Content-Type") == "image/svg+xml; charset=utf-8");
  CHECK(first.field("Cache-Control") == "max-age=0, no-cache, no-store, must-revalidate");
  CHECK(first.field("Access-Control-Allow-Origin") == "*");
  CHECK(first.field("Cross-Origin-Resource-Policy") == "cross-origin");
  CHECK(shows(first, "42"));
  CHECK(shows(hit(server, "blog%2Fpost.svg", "192.0.2.1"), "42"));
  CHECK(shows(hit(server, "blog%2Fpost.json", "192.0.2.1"), "42"));
  CHECK(shows(hit(server, "blog%2Fpost.json", "192.0.2.2"), "43"));
  CHECK(hit(server, "blog%2Fpost.gif", "2001:db8::1").body.starts_with("GIF89a"));
  // An address in the /64 of a client that has counted.
  CHECK(hit(server, "blog%2Fpost.gif", "2001:db8::2").status == 200);
  // The value as it is, and not as it was when this reader counted.
  CHECK(shows(hit(server, "blog%2Fpost.json", "192.0.2.1"), "44"));
  CHECK(value_of(server, "blog/post") == "blog/post: 44\n");

  client reader{server.port()};
  const auto badge = reader.ask(
      request("GET", "/badge/blog%2Fpost.svg?label=readers", from_page + client_at("192.0.2.9")));
  CHECK(badge.status == 200);
  CHECK(badge.field("Cache-Control") == "max-age=60");
  CHECK(badge.body.find("readers: 44") != std::string::npos);
  CHECK(value_of(server, "blog/post") == "blog/post: 44\n");
}

TEST_CASE("a stranger's hit creates no counter, and shows that there is none") {
  server_process server{{"--public-hit", "blog/", "--anonymous", "none"}};
  const auto missing = hit(server, "blog%2Fpost.svg", "192.0.2.1");
  CHECK(missing.status == 404);
  CHECK(shows(missing, "not found"));
  CHECK(missing.field("Cache-Control") == "no-store");
  CHECK(hit(server, "blog%2Fpost.json", "192.0.2.1").body.find("\"isError\":true") !=
        std::string::npos);
  CHECK(hit(server, "other.svg", "192.0.2.1").status == 403);
  CHECK(value_of(server, "blog/post") == "blog/post not found\n");
  // A miss is not remembered.
  CHECK(get(server.port(), "/set?name=blog/post&val=0").status == 200);
  CHECK(shows(hit(server, "blog%2Fpost.svg", "192.0.2.1"), "1"));
  // Somebody on this machine has the right to add, and so creates. It counts once, too.
  CHECK(shows(get(server.port(), "/hit/blog%2Fnew.json"), "1"));
  client user{server.port()};
  CHECK(shows(user.ask(request("GET", "/hit/blog%2Fnew.json", from_page)), "1"));
  CHECK(shows(get(server.port(), "/hit/new.json"), "1"));
}

TEST_CASE("a client counts again when the interval is over") {
  server_process server{{"--public-hit", "*", "--hit-interval", "1s", "--anonymous", "none"}};
  CHECK(get(server.port(), "/set?name=x&val=0").status == 200);
  CHECK(shows(hit(server, "x.json", "192.0.2.1"), "1"));
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!shows(hit(server, "x.json", "192.0.2.1"), "2")) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(50ms);
  }
}

TEST_CASE("clients that come at once count once each") {
  server_process server{
      {"--public-hit", "*", "--anonymous", "none", "--threads", "3", "--shards", "2"}};
  CHECK(get(server.port(), "/set?name=x&val=0").status == 200);
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 8; ++reader)
    readers.emplace_back([&server] {
      for (int address = 1; address <= 50; ++address)
        hit(server, "x.svg", "192.0.2." + std::to_string(address));
    });
  for (auto& reader : readers)
    reader.join();
  CHECK(value_of(server, "x") == "x: 50\n");
}

TEST_CASE("hits survive a kill on one disk") {
  temporary_directory directory;
  const words flags{"--data", directory.path() / "d", "--public-hit", "*", "--hit-interval", "0"};
  {
    server_process server{flags};
    CHECK(get(server.port(), "/set?name=x&val=0").status == 200);
    for (int i = 1; i <= 20; ++i)
      CHECK(shows(hit(server, "x.json", "192.0.2.1"), std::to_string(i)));
    server.signal(SIGKILL);
    server.wait();
  }
  server_process server{flags};
  CHECK(shows(get(server.port(), "/badge/x.json"), "20"));
  CHECK(shows(hit(server, "x.json", "192.0.2.1"), "21"));
}

TEST_CASE("strangers take no more than half of the idempotency keys") {
  server_process server{{"--public-hit", "*", "--anonymous", "none", "--idempotency-max", "6"}};
  client user{server.port()};
  CHECK(user.ask(request("PUT", "/v1/counters/x?value=0")).status == 201);
  for (int i = 1; i <= 3; ++i)
    CHECK(shows(hit(server, "x.json", "192.0.2." + std::to_string(i)), std::to_string(i)));
  const auto refused = hit(server, "x.json", "192.0.2.4");
  CHECK(refused.status == 507);
  CHECK(shows(refused, "not available"));
  CHECK(refused.field("Cache-Control") == "no-store");
  for (const std::string key : {"a", "b", "c"})
    CHECK(user.ask(request("POST", "/v1/counters/x", "Idempotency-Key: " + key + "\r\n")).status ==
          200);
  CHECK(value_of(server, "x") == "x: 6\n");
}

TEST_CASE("half of one key is one") {
  server_process server{{"--public-hit", "*", "--anonymous", "none", "--idempotency-max", "1"}};
  client user{server.port()};
  CHECK(user.ask(request("PUT", "/v1/counters/x?value=0")).status == 201);
  CHECK(shows(hit(server, "x.json", "192.0.2.1"), "1"));
  CHECK(hit(server, "x.json", "192.0.2.2").status == 507);
}

TEST_CASE("strangers take no more than half of the memory for idempotency keys") {
  server_process server{{"--public-hit", "*", "--anonymous", "none", "--memory", "16M"}};
  client user{server.port()};
  CHECK(user.ask(request("PUT", "/v1/counters/x?value=0")).status == 201);
  int counted = 0;
  for (int status = 200; status == 200; ++counted) {
    REQUIRE(counted < 20'000);
    const auto address =
        "198.51." + std::to_string(counted / 250) + "." + std::to_string(counted % 250);
    status = user.ask(request("GET", "/hit/x.gif", from_page + client_at(address))).status;
  }
  CHECK(counted > 3000);
  for (int i = 0; i < 1000; ++i) {
    const auto key = "Idempotency-Key: " + std::to_string(i) + "\r\n";
    REQUIRE(user.ask(request("POST", "/v1/counters/x", key)).status == 200);
  }
}

TEST_CASE("without idempotency keys, each hit of a client with rights counts") {
  server_process server{{"--idempotency-max", "0"}};
  CHECK(shows(get(server.port(), "/hit/x.json"), "1"));
  CHECK(shows(get(server.port(), "/hit/x.json"), "2"));
}

TEST_CASE("a reload keeps an interval that the running server cannot remember from being used") {
  temporary_directory directory;
  const auto path = directory / "counterd.toml";
  const std::string rights = "anonymous = \"none\"\npublic-hit = [\"x\"]\n";
  std::ofstream{path} << rights + "idempotency-max = 0\nhit-interval = \"0s\"\n";
  server_process server{{"--config", path}};
  CHECK(get(server.port(), "/set?name=x&val=0").status == 200);
  std::ofstream{path} << rights + "idempotency-max = 1000\nhit-interval = \"30s\"\n";
  server.signal(SIGHUP);
  server.wait_for_log("until a restart, --public-hit");
  CHECK(shows(hit(server, "x.json", "192.0.2.1"), "1"));
  CHECK(shows(hit(server, "x.json", "192.0.2.1"), "2"));
}

TEST_CASE("a reload publishes counters, and takes them back") {
  temporary_directory directory;
  const auto path = directory / "counterd.toml";
  const auto write = [&path](const std::string& text) {
    std::ofstream{path} << "anonymous = \"none\"\n" << text;
  };
  write("");
  server_process server{{"--config", path}};
  CHECK(get(server.port(), "/set?name=x&val=7").status == 200);
  const auto status = [&server](const std::string& target) {
    client connection{server.port()};
    return connection.ask(request("GET", target, from_page + client_at("192.0.2.1"))).status;
  };
  CHECK(status("/badge/x.svg") == 403);
  CHECK(status("/hit/x.svg") == 403);
  std::size_t read = 0;
  const auto reload = [&](const std::string& text) {
    write(text);
    server.signal(SIGHUP);
    read = server.wait_for_log("read the configuration", read).size();
  };
  reload("public = [\"x\"]\n");
  CHECK(status("/badge/x.svg") == 200);
  CHECK(status("/hit/x.svg") == 403);
  reload("public-hit = [\"x\"]\nhit-interval = \"0s\"\n");
  CHECK(status("/hit/x.svg") == 200);
  CHECK(status("/hit/x.svg") == 200);
  CHECK(value_of(server, "x") == "x: 9\n");
  reload("");
  CHECK(status("/badge/x.svg") == 403);
  CHECK(status("/hit/x.svg") == 403);
}
