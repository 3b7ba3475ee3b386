#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace process {

/// Opens stdin, stdout and stderr if the parent closed them. Otherwise a socket would
/// take one of their numbers and receive what the program prints.
void fill_standard_descriptors();

/// Writes `text` to stdout and ignores errors. Returns after `patience` even if nobody reads it;
/// only if the system permits no thread for that, it waits for the reader.
void print_within(std::chrono::milliseconds patience, const std::string& text);

/// Writes `text` to stderr without blocking (see stderr_output for the exceptions): what there is
/// no room for is lost.
void print_error(std::string_view text);

}  // namespace process
