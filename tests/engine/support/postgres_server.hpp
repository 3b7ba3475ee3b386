#pragma once

#include "tests/proxies/support/sockets.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace support {

/// A real PostgreSQL server with a cluster of its own, on a free port of the loopback interface.
/// Used by one thread, except where a function says so. Functions throw std::runtime_error when
/// their program fails.
class postgres_server {
public:
  /// Makes an empty cluster and starts its server. `settings` are those of PostgreSQL, as
  /// `fsync=off`; `environment` is that of the server, besides this program's: NAME=VALUE.
  explicit postgres_server(words settings = {}, words environment = {});
  /// Makes a copy of the cluster of `primary`, and starts a server that follows it.
  static std::unique_ptr<postgres_server> standby_of(const postgres_server& primary,
                                                     words settings = {}, words environment = {});
  /// Kills the server.
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  std::uint16_t port() const { return port_.number(); }
  /// For --engine.
  std::string url() const;

  /// Runs statements as the superuser, and returns their rows: a line each, columns separated by
  /// `|`. Thread-safe.
  std::string query(const std::string& sql) const;

  /// Makes the tables of counterd in this schema.
  void add_schema(const std::string& name = "counterd") const;

  /// Has commits wait for the standby, or not any more.
  void wait_for_standby(bool waits) const;

  /// Kills the server with all its processes, as a power failure does.
  void kill();
  /// Stops the server in order: its sessions end.
  void stop();
  /// Starts it again, and waits until it accepts connections.
  void start();
  /// Makes a standby a primary, and has its commits wait for nobody.
  void promote();

  /// Stops all its processes, as a machine that hangs; until resume().
  void freeze() const;
  void resume() const;
  /// Stops or resumes the processes that serve counterd. Thread-safe.
  void stop_sessions() const;
  void resume_sessions() const;

private:
  postgres_server(const postgres_server* primary, words settings, words environment);

  words sessions() const;

  temporary_directory directory_;
  const std::string cluster_;
  const words settings_;
  const words environment_;
  const reserved_port port_;
  std::unique_ptr<process> server_;
};

/// Runs a program and returns its output. Throws std::runtime_error if it fails.
std::string run_program(const words& command);

}  // namespace support
