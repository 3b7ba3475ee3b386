#pragma once

#include "counterctl/exit_code.hpp"

#include <stdexcept>
#include <string>

namespace counterctl {

/// Ends the program with this exit code, and with this message on stderr. Thrown where a command
/// finds that it cannot go on; only main() catches it.
class failure : public std::runtime_error {
public:
  failure(exit_code code, const std::string& message) : std::runtime_error(message), code_(code) {}

  exit_code code() const noexcept { return code_; }

private:
  exit_code code_;
};

}  // namespace counterctl
