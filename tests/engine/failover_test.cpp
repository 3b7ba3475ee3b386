#include "tests/engine/support/postgres_server.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

TEST_CASE("two servers count in one database") {
  const postgres_server database;
  database.add_schema();
  const server_process first{{"--engine", database.url()}}, second{{"--engine", database.url()}};
  for (int i = 0; i < 10; ++i) {
    CHECK(get(first.port(), "/inc?name=x").body == "ok\n");
    CHECK(get(second.port(), "/inc?name=x").body == "ok\n");
  }
  CHECK(get(first.port(), "/get?name=x").body == "x: 20\n");
}
