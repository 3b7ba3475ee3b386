#pragma once

#include <chrono>
#include <string>

namespace process {

/// Opens stdin, stdout and stderr if the parent closed them. Otherwise a socket would
/// take one of their numbers and receive what the program prints.
void fill_standard_descriptors();

/// Writes `text` to stdout. Returns after `patience` even if nobody reads it, and ignores errors.
void print_within(std::chrono::milliseconds patience, const std::string& text);

}  // namespace process
