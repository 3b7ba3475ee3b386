#pragma once

#include "config/listen_address.hpp"
#include "counter/durability.hpp"
#include "counter/limits.hpp"

#include <spdlog/common.h>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace config {

/// Where the counters are stored.
struct storage_options {
  /// Absolute; empty: in memory only, and the other members are unused.
  std::string directory{};
  std::size_t memory;       ///< memory for counters that are on disk, in bytes
  counter::durability durability{};
};

/// The configuration of a server.
struct options {
  std::vector<listen_address> listen{{"127.0.0.1", "8000"}};
  unsigned threads;  ///< event loops; by default one less than processors(), at least 1
  unsigned shards = 1;
  counter::limits limits;
  storage_options storage;  ///< by default, `memory` is a quarter of machine_memory()
  spdlog::level::level_enum log_level = spdlog::level::info;
  std::vector<std::string> warnings;  ///< lines for the log

  options();
};

/// `counterd check DIR`: verify a data directory that no server uses.
struct check_request {
  std::string directory{};
};

/// The program prints `text` and exits with `code`: to stdout if it is 0, to stderr
/// otherwise.
struct early_exit {
  int code;
  std::string text;  ///< ends with a newline
};

/// Parses the command line. Flags have precedence over the environment (COUNTERD_*), and
/// that over the --config file. Throws std::bad_alloc.
std::variant<options, check_request, early_exit> parse_options(int argc, const char* const* argv);

}  // namespace config
