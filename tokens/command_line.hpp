#pragma once

#include "config/token_flags.hpp"

namespace tokens {

/// Does what `counterd token` asks for, with stdin, stdout and stderr. Returns the exit code: 1 if
/// the token or its name is refused, 2 if the file is faulty or cannot be read or written.
int execute(const config::token_request& request);

}  // namespace tokens
