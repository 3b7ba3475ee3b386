#pragma once

#include <cstdint>
#include <istream>
#include <string>

namespace counterctl {

/// Reads lines of which no more than 64 KiB is kept: six bytes for each of a name's as JSON, and
/// every other member of an operation, take a tenth.
class line_reader {
public:
  explicit line_reader(std::istream& input) : input_(input) {}

  /// Reads the next line, without its end and a byte order mark before the first. Returns false at
  /// the end of the input.
  bool next();

  const std::string& line() const noexcept { return line_; }
  std::uint64_t number() const noexcept { return number_; }  ///< of the line, from 1
  bool is_too_long() const noexcept { return is_too_long_; }

private:
  std::istream& input_;
  std::string line_;
  std::uint64_t number_ = 0;
  bool is_too_long_ = false;
};

}  // namespace counterctl
