#include "storage/rocksdb/disk_health.hpp"

#include "storage/rocksdb/shortage.hpp"

#include <rocksdb/status.h>

#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

namespace storage {

disk_health::disk_health(std::string database, std::uint64_t room_bytes,
                         std::function<void()> on_failure)
    : database_(std::move(database)),
      room_bytes_(room_bytes),
      on_failure_(std::move(on_failure)) {}

counter::health disk_health::report(const rocksdb::Status& status, bool is_unsure) noexcept {
  if (status.IsNoSpace() && !is_unsure) {
    run_full(status);
    return counter::health::full;
  }
  fail(status.ToString());
  return counter::health::failed;
}

void disk_health::run_full(const rocksdb::Status& status) noexcept {
  auto expected = counter::health::good;
  if (!state_.compare_exchange_strong(expected, counter::health::full))
    return;
  const std::string_view reason = status.getState() != nullptr ? status.getState() : "";
  if (shortage_of(status) == shortage::resources)
    spdlog::warn(
        "{}: descriptors or memory have run out, no changes are taken until there are "
        "some: {}",
        database_, reason);
  else if (!has_inodes(database_))
    spdlog::warn("{}: the disk has no free inodes, no changes are taken until it has some: {}",
                 database_, reason);
  else
    spdlog::warn("{}: the disk is full, no changes are taken until {} MiB are free: {}", database_,
                 room_bytes_ >> 20, reason);
}

void disk_health::fail(const std::string& reason) noexcept {
  state_ = counter::health::failed;
  if (has_failed_.exchange(true))
    return;
  spdlog::error("{}: no changes are taken any more, a restart shows which were stored: {}",
                database_, reason);
  if (on_failure_)
    on_failure_();
}

bool disk_health::leave_full() noexcept {
  auto expected = counter::health::full;
  return state_.compare_exchange_strong(expected, counter::health::good);
}

void disk_health::return_to_full() noexcept {
  auto expected = counter::health::good;
  state_.compare_exchange_strong(expected, counter::health::full);
}

}  // namespace storage
