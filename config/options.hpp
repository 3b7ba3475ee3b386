#pragma once

#include "config/flag_value.hpp"
#include "config/listen_address.hpp"
#include "config/token_flags.hpp"
#include "counter/durability.hpp"
#include "counter/limits.hpp"
#include "rights/access_policy.hpp"

#include <spdlog/common.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace config {

/// Where the counters are stored.
struct storage_options {
  /// Absolute; empty: in memory only.
  std::string directory{};
  /// In bytes: for all counters and idempotency records if they are in memory only,
  /// otherwise for those that are in use and the caches of the disk.
  std::size_t memory;
  /// A line for the log of a start that succeeds: the limits of the process leave too little
  /// beside `memory`. Otherwise empty.
  std::string memory_warning{};
  counter::durability durability{};
  /// The URL of a database that other servers use, too, see storage::postgres::address; empty:
  /// there is none. It may have a password.
  std::string engine{};
  std::string engine_schema = "counterd";
  std::chrono::milliseconds engine_timeout{10'000};
  bool engine_prepares = true;
  bool engine_confirms_reads = true;
};

/// `counterd engine-schema`: print the SQL that makes the tables of --engine.
struct engine_schema_request {
  std::string schema{};
};

/// The configuration of a server.
struct options {
  std::vector<listen_address> listen{{"127.0.0.1", "8000"}};
  bool listens_by_default = true;                  ///< nobody has named an address
  std::vector<listen_address> operators_listen{};  ///< --ops-listen
  unsigned threads;  ///< event loops; by default one less than processors(), at least 1
  unsigned shards = 1;
  counter::limits limits;
  /// By default `memory` is half of machine_memory() and at most 3 GiB, and with a
  /// directory a quarter of machine_memory(); parse_options() counts only what unused_memory()
  /// leaves.
  storage_options storage;
  rights::access_policy access;              ///< without its tokens, which tokens_file has
  std::string tokens_file{};                 ///< empty: there are none
  std::chrono::milliseconds drain_delay{0};  ///< from the signal to the end of accepting
  spdlog::level::level_enum log_level = spdlog::level::info;
  std::vector<std::string> warnings;  ///< lines for the log
  std::vector<flag_value> flags;      ///< what all of this was made of

  options();
};

/// Returns a message if clients on other machines reach a server with these options and nothing
/// says what they may do; otherwise "". Resolves the names in `listen`.
std::string exposure_of(const options& options);

/// Returns how many threads a server has, and a few more.
std::size_t threads_of(const options& options);

/// `counterd check-config`: print the configuration of a server that is not started.
struct check_config_request {
  config::options options;
};

/// `counterd check DIR`: verify a data directory that no server uses.
struct check_request {
  std::string directory{};
};

/// The program prints `text` and exits with `code`: to stdout if it is 0, to stderr
/// otherwise.
struct early_exit {
  int code;
  std::string text;                   ///< ends with a newline
  std::vector<std::string> faults{};  ///< of which the text consists, unless `code` is 0
};

/// What a command line asks for.
using request = std::variant<options, check_config_request, check_request, engine_schema_request,
                             token_request, early_exit>;

/// Parses the command line. Flags have precedence over the environment (COUNTERD_*), and
/// that over the --config file. Throws std::bad_alloc.
request parse_options(int argc, const char* const* argv);

/// Returns the exit of a program that refuses its flags: with a line for each fault, up to
/// limits::faults_max. Control characters become `?`.
early_exit refusal(std::vector<std::string> faults);

}  // namespace config
