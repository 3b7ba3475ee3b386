#pragma once

#include "counterctl/exit_code.hpp"
#include "counterctl/verbs/context.hpp"

#include <functional>
#include <string>
#include <variant>

namespace counterctl {

/// What to do, and how.
struct command {
  context_settings settings;
  std::function<exit_code(context&)> run;
};

/// What to print instead: help, a version, a completion script (on stdout), or what is wrong with
/// the command line (on stderr).
struct early_exit {
  exit_code code;
  std::string text;
};

/// Reads the command line, and the variables COUNTERD_URL, COUNTERD_TOKEN and COUNTERD_TOKEN_FILE.
std::variant<command, early_exit> parse_command_line(int argc, const char* const* argv);

}  // namespace counterctl
