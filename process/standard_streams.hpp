#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace process {

/// Opens stdin, stdout and stderr if the parent closed them. Otherwise a socket would
/// take one of their numbers and receive what the program prints.
void fill_standard_descriptors();

/// Writes `text` to stdout. Returns after `patience` even if nobody reads it, if the system permits
/// a thread, and ignores errors.
void print_within(std::chrono::milliseconds patience, const std::string& text);

/// Writes `text` to stderr without blocking (see stderr_output for the exceptions): what there is
/// no room for is lost.
void print_error(std::string_view text);

}  // namespace process
