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

/// Where the counters are kept.
struct storage_options {
  std::string directory{};  ///< empty: in memory, and nothing else here counts
  std::size_t memory;       ///< bytes that counters may take which are on disk too
  counter::durability durability{};
};

/// What the user asked for: to serve.
struct options {
  std::vector<listen_address> listen{{"127.0.0.1", "8000"}};
  unsigned threads;  ///< event loops; by default one for each core but one
  unsigned shards = 1;
  counter::limits limits;
  storage_options storage;  ///< by default a quarter of the memory there is
  spdlog::level::level_enum log_level = spdlog::level::info;

  options();
};

/// To verify a data directory that nobody serves.
struct check_request {
  std::string directory{};
};

/// The program has said all it has to say: `text` to stdout or, when `code` is
/// not 0, to stderr.
struct early_exit {
  int code;
  std::string text;  ///< ends with a newline
};

/// A flag beats the environment (COUNTERD_*), which beats the --config file.
std::variant<options, check_request, early_exit> parse_options(int argc, const char* const* argv);

}  // namespace config
