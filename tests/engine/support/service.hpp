#pragma once

#include "tests/server/support/server_process.hpp"

#include <functional>
#include <memory>
#include <string>

namespace support {

/// Starts a program that PostgreSQL's user runs, if this user is root: it must not be root. Its
/// output goes to a file: a pipe that nobody reads would stop it when it is full.
std::unique_ptr<process> start_service(const words& command, const std::string& log);

/// Writes a file that PostgreSQL's user may read.
void write_file(const std::string& path, const std::string& text);

/// Waits until something is so. Throws std::runtime_error, with `what`, after a minute.
void wait_until(const std::string& what, const std::function<bool()>& is_so);

}  // namespace support
