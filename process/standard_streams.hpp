#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

namespace process {

/// Opens stdin, stdout and stderr if the parent closed them. Otherwise a socket would
/// take one of their numbers and receive what the program prints.
void fill_standard_descriptors();

/// Writes `text` to stdout and ignores errors. Returns after `patience` even if nobody reads it;
/// only if the system permits no thread for that, it waits for the reader.
void print_within(std::chrono::milliseconds patience, const std::string& text);

/// Writes `text` to stdout and waits until somebody reads it. Throws std::system_error if it
/// cannot be written.
void print(std::string_view text);

/// Writes `text` to stderr and waits until somebody reads it: for what cannot be printed again.
/// Throws std::system_error if it cannot be written.
void print_once(std::string_view text);

/// Writes the pieces of a text to stderr without blocking (see stderr_output for the exceptions):
/// what there is no room for is lost. Allocates nothing.
void print_error(std::initializer_list<std::string_view> pieces) noexcept;

}  // namespace process
