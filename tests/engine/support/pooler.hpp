#pragma once

#include "tests/engine/support/postgres_server.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace support {

/// A real pgbouncer in front of a PostgreSQL server, as docs/SCALE-OUT.md sets it up: in `session`
/// or `transaction` mode. Used by one thread.
class pooler {
public:
  pooler(const postgres_server& database, const std::string& mode);

  /// For --engine.
  std::string url() const;

  /// Kills it, and starts it again.
  void restart();

private:
  void start();

  temporary_directory directory_;
  const reserved_port port_;
  std::unique_ptr<process> program_;
};

}  // namespace support
