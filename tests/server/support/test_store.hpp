#pragma once

#include "tests/server/support/server_process.hpp"

namespace support {

/// Where servers count that name no store. scripts/check-engine runs the tests of the contract with
/// COUNTERD_TEST_ENGINE=URL in the environment: then they count in that database, each
/// server_process in a new schema, with COUNTERD_TEST_SERVERS=1 in one server and with 2 in two.
struct test_store {
  words flags{};  ///< more of a server; none: it counts in memory
  bool has_two_servers = false;
};

/// Returns what a server with these flags needs. Makes the schema. Throws std::runtime_error.
test_store store_for(const words& flags);

}  // namespace support
