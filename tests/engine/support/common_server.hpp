#pragma once

#include "tests/engine/support/postgres_server.hpp"

#include <string>

namespace support {

/// Returns the PostgreSQL server of all tests that leave it as it is. It ends with the program.
const postgres_server& common_server();

/// Makes the tables of counterd in a schema of the common server that is the caller's alone, and
/// returns its name.
std::string new_schema();

}  // namespace support
