// Costs of a batch that can be counted, so that a change cannot raise them unnoticed.

#include "tests/server/support/client.hpp"
#include "tests/server/support/sanitized.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/batch_support.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

TEST_CASE("a hundred batches reuse the memory of those before") {
  const server_process server;
  client connection{server.port()};
  std::string operations;
  for (int i = 0; i < 1000; ++i)
    operations += (i == 0 ? "" : ",") + std::string{R"({"op":"add","name":"counter-)"} +
                  std::to_string(100'000 + i) + "\"}";
  const auto send = [&](int count) {
    for (int i = 0; i < count; ++i)
      REQUIRE(connection.ask(batch_of(operations)).status == 200);
  };
  send(10);
  const auto before = server.page_faults();
  send(100);
  // Mapping the memory of each batch anew costs 160 faults a batch.
  CHECK((support::is_sanitized || server.page_faults() - before < 200));
}
