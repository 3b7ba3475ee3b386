#pragma once

#include "storage/postgres/connection.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace support {

/// A session of the superuser with the common server, for what a test looks at or changes by
/// itself.
class sql_session {
public:
  /// Tables are those of this schema.
  explicit sql_session(const std::string& schema);

  /// Runs a statement, and returns the first column of its rows, which must be text.
  std::vector<std::string> rows(const std::string& sql);
  /// Runs a statement, and returns the only value that it finds; empty if it finds none.
  std::string text(const std::string& sql);
  std::int64_t number(const std::string& sql);
  /// Runs a statement that returns nothing.
  void run(const std::string& sql) { rows(sql); }

private:
  std::atomic<std::uint64_t> round_trips_ = 0;
  std::unique_ptr<storage::postgres::connection> session_;
};

}  // namespace support
