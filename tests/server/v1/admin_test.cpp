#include "tests/server/support/client.hpp"
#include "tests/server/support/external_address.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

const auto make_backup = request("POST", "/v1/admin/backup?name=x");

bool has_ipv6() {
  try {
    const server_process server{{}, {.listen = {"[::1]:0"}}};
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("POST /v1/admin/backup is allowed from every loopback address") {
  const server_process server{{"--threads", "2"}};
  for (const std::string source : {"127.0.0.1:0", "127.9.8.7:0"}) {
    CAPTURE(source);
    client connection{server.addresses()[0], 0, source};
    const auto response = connection.ask(make_backup);
    CHECK(defect_of_problem(response, 409, "no-data-directory") == "");
    CHECK(text_at(object_of(response), "detail") == "start the server with --data DIR");
    CHECK(connection.ask(get_request("/")).status == 200);
  }
  if (!has_ipv6()) {
    MESSAGE("no IPv6 here: not tested");
    return;
  }
  const server_process on_ipv6{{}, {.listen = {"[::1]:0"}}};
  client connection{on_ipv6.addresses()[0]};
  CHECK(defect_of_problem(connection.ask(make_backup), 409, "no-data-directory") == "");
}

TEST_CASE("POST /v1/admin/backup is 403 from another address, and other requests are served") {
  const auto source = external_address();
  if (source.empty()) {
    MESSAGE("no address but the loopback here: not tested");
    return;
  }
  CAPTURE(source);
  const server_process server{{"--anonymous", "all"}};
  client connection{server.addresses()[0], 0, source + ":0"};
  // The server ignores what a client claims about its address.
  for (const std::string field : {"", "X-Forwarded-For: 127.0.0.1\r\n",
                                  "Forwarded: for=127.0.0.1\r\n", "Host: localhost\r\n"}) {
    CAPTURE(field);
    const auto backup = field.starts_with("Host")
                            ? "POST /v1/admin/backup?name=x HTTP/1.1\r\n" + field + "\r\n"
                            : request("POST", "/v1/admin/backup?name=x", field);
    CHECK(defect_of_problem(connection.ask(backup), 403, "forbidden") == "");
  }
  CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
  client near{server.port()};
  CHECK(near.ask(make_backup).status == 409);
  CHECK(connection.ask(make_backup).status == 403);
}
