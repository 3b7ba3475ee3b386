#pragma once

#include "tests/server/support/secrets.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

namespace support {

/// Makes a token with `counterd token create`, and appends its line to `file`. `flags` follow
/// --name.
inline std::string issue_token(const std::string& file, const std::string& name, words flags) {
  words arguments{"token", "create", "--tokens", file, "--name", name};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const auto ended = process{counterd(arguments)}.wait();
  CAPTURE(ended.log);
  REQUIRE(ended.exit_code == 0);
  REQUIRE(ended.log.size() == 43);
  const auto token = ended.log.substr(0, 42);
  secrets().push_back(token);
  return token;
}

inline std::string bearer(const std::string& token) {
  return "Authorization: Bearer " + token + "\r\n";
}

}  // namespace support
