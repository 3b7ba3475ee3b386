#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/shared_ledger.hpp"
#include "storage/postgres/database.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace storage::postgres {

/// Counters in a database that speaks PostgreSQL's protocol, which other servers use, too. Each
/// writer, and list(), has a session of its own. Thread-safe, see counter::shared_ledger.
class postgres_ledger final : public counter::shared_ledger {
public:
  /// Waits until the database can be reached. Throws std::runtime_error, of one line, if it refuses
  /// the user, or cannot be used, see check_database().
  explicit postgres_ledger(settings given);
  ~postgres_ledger() override;

  std::string_view name() const noexcept override { return "postgresql"; }
  bool is_reachable() const noexcept override { return database_.is_reachable(); }
  bool is_reached_by_all() const noexcept override { return database_.is_reached_by_all(); }
  counter::shared_usage usage() const noexcept override { return usage_; }
  counter::shared_statistics statistics() const noexcept override { return database_.statistics(); }
  void stop_at(std::chrono::steady_clock::time_point at) noexcept override;
  std::unique_ptr<counter::shared_writer> open_writer(unsigned shard) override;
  counter::page list(const counter::page_request& query, std::size_t steps) noexcept override;

private:
  counter::page list_once(const counter::page_request& query, std::size_t steps)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(list_mutex_);

  database database_;
  counter::shared_usage usage_;  // at the start
  counter::mutex list_mutex_;
  std::unique_ptr<connection> lists_ ABSL_GUARDED_BY(list_mutex_);
  std::size_t host_ ABSL_GUARDED_BY(list_mutex_) = 0;
};

}  // namespace storage::postgres
