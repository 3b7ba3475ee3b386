#pragma once

#include "tests/engine/support/postgres_server.hpp"
#include "tests/server/support/server_process.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace support {

/// What a commit of the primary waits for.
enum class replication {
  none,          ///< there is no standby
  asynchronous,  ///< nothing, but there is a standby
  synchronous,   ///< the standby
};

/// Two servers that count in one database.
using server_pair = std::array<std::unique_ptr<server_process>, 2>;
using port_pair = std::array<std::uint16_t, 2>;

/// Starts two servers with these flags.
server_pair start_pair(const words& flags);
port_pair ports_of(const server_pair& servers);

/// Two servers, and the database that both count in.
struct site {
  explicit site(replication kind, const words& flags = {});

  /// For --engine: the primary, and then the standby.
  std::string url() const;
  port_pair ports() const { return ports_of(servers); }

  postgres_server primary;
  std::unique_ptr<postgres_server> standby;  // null: there is none
  server_pair servers;
};

/// Returns the value of a line of /metrics: `counterd_database_commits_total`. Throws if there is
/// none.
double metric(std::uint16_t port, std::string_view line);

/// What has happened to the sessions of both servers.
struct session_counts {
  double lost = 0;
  double stored = 0, dropped = 0, unknown = 0;  // commits in doubt, by their outcome

  double in_doubt() const { return stored + dropped + unknown; }
  std::string text() const;
};

session_counts sessions_of(const port_pair& servers);

}  // namespace support
