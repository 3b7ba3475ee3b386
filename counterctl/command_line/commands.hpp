#pragma once

#include "counterctl/exit_code.hpp"
#include "counterctl/verbs/context.hpp"

#include <functional>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace counterctl {

/// What the command line has chosen, once CLI11 has parsed it.
struct choice {
  std::function<exit_code(context&)> run{};
  std::string completion{};  ///< the shell to print a completion script for, instead
};

// Add the commands to `app`. `choice` must outlive the parsing.
void add_counter_commands(CLI::App& app, choice& choice);
void add_change_commands(CLI::App& app, choice& choice);
void add_transfer_commands(CLI::App& app, choice& choice);
void add_server_commands(CLI::App& app, choice& choice);

}  // namespace counterctl
