#pragma once

#include <cstddef>

namespace process {

// The limit of open files (RLIMIT_NOFILE) and how the process divides what it may open. A
// database that cannot open a file takes no changes, so strangers must not be able to take
// every descriptor by connecting.

/// What a server wants to open.
struct descriptor_needs {
  std::size_t connections = 0;  ///< --max-connections
  std::size_t refusals = 0;     ///< connections over the limit that are sent a 503 at a time
  std::size_t event_loops = 1;
  std::size_t listen_addresses = 1;  ///< as given; a name may stand for two
  std::size_t operators = 0;         ///< connections of operators, beside --max-connections
  bool has_database = false;
};

/// What it may open.
struct descriptor_budget {
  std::size_t connections = 0;  ///< at least 1, at most the needs'
  std::size_t refusals = 0;     ///< at most the needs'
  std::size_t tables = 0;       ///< of the database, 20 to 4096; 0 if there is none
};

/// Divides `limit` descriptors, of which `in_use` are open. Connections get what is left when
/// the event loops and the database have theirs. Throws std::runtime_error, of one line, if
/// not one connection is left.
descriptor_budget divide_descriptors(std::size_t limit, std::size_t in_use,
                                     const descriptor_needs& needs);

/// Raises the limit of open files to the hard limit, and returns it.
std::size_t raise_descriptor_limit() noexcept;

/// Returns how many descriptors are open; 3 if that cannot be found out.
std::size_t descriptors_in_use();

}  // namespace process
