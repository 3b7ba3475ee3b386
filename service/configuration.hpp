#pragma once

#include "config/options.hpp"
#include "tokens/token_watch.hpp"

#include <memory>
#include <string>

namespace service {

/// What a server runs with.
struct configuration {
  config::options options;                     ///< with the tokens
  std::unique_ptr<tokens::token_watch> watch;  ///< where they come from; null: there are none
};

/// Reads the token file that `options` names. Throws std::runtime_error, of one line, if it is
/// faulty, or if other machines reach the server and nothing says what they may do.
configuration complete(config::options options);

/// Reads the token file at `path`, which `watch` may know from before; an empty path means that
/// there is none, and makes `watch` null. If the file is faulty, throws std::runtime_error, of one
/// line, and leaves `watch` with what it had.
void read_tokens(const std::string& path, std::unique_ptr<tokens::token_watch>& watch);

/// Prints the configuration, as a config file. Returns the exit code: 2, with a line on stderr, if
/// no server would start with it.
int check(const config::check_config_request& request);

}  // namespace service
