#pragma once

#include "config/options.hpp"

namespace service {

/// Verifies a data directory that no server uses, and prints what it has. Returns the exit code: 1
/// if it is damaged. Throws std::exception if it cannot be read.
int check(const config::check_request& request);

}  // namespace service
