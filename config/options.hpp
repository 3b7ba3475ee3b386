#pragma once

#include "config/listen_address.hpp"
#include "counter/limits.hpp"

#include <spdlog/common.h>

#include <string>
#include <variant>
#include <vector>

namespace config {

/// What the user asked for.
struct options {
  std::vector<listen_address> listen{{"127.0.0.1", "8000"}};
  unsigned threads;  ///< event loops; by default one for each core but one
  unsigned shards = 1;
  counter::limits limits;
  spdlog::level::level_enum log_level = spdlog::level::info;

  options();
};

/// The program has said all it has to say: `text` to stdout or, when `code` is
/// not 0, to stderr.
struct early_exit {
  int code;
  std::string text;  ///< ends with a newline
};

/// A flag beats the environment (COUNTERD_*), which beats the --config file.
std::variant<options, early_exit> parse_options(int argc, const char* const* argv);

}  // namespace config
