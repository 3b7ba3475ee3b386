#include "storage/rocksdb/disk_health.hpp"

#include <rocksdb/status.h>

#include <spdlog/spdlog.h>

#include <utility>

namespace storage {

disk_health::disk_health(std::string database, std::uint64_t room_bytes,
                         std::function<void()> on_failure)
    : database_(std::move(database)),
      room_bytes_(room_bytes),
      on_failure_(std::move(on_failure)) {}

disk_health::state disk_health::report(const rocksdb::Status& status, bool is_unsure) noexcept {
  if (status.IsNoSpace() && !is_unsure) {
    run_full(status);
    return state::full;
  }
  fail(status.ToString());
  return state::failed;
}

void disk_health::run_full(const rocksdb::Status& status) noexcept {
  auto expected = state::good;
  if (state_.compare_exchange_strong(expected, state::full))
    spdlog::warn("{}: the disk is full, no changes are taken until {} MiB are free: {}", database_,
                 room_bytes_ >> 20, status.ToString());
}

void disk_health::fail(const std::string& reason) noexcept {
  state_ = state::failed;
  if (has_failed_.exchange(true))
    return;
  spdlog::error("{}: no changes are taken any more, a restart shows which were stored: {}",
                database_, reason);
  if (on_failure_)
    on_failure_();
}

bool disk_health::leave_full() noexcept {
  auto expected = state::full;
  return state_.compare_exchange_strong(expected, state::good);
}

void disk_health::return_to_full() noexcept {
  auto expected = state::good;
  state_.compare_exchange_strong(expected, state::full);
}

}  // namespace storage
