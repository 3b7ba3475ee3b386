#include "storage/rocksdb/live_database.hpp"

#include "storage/rocksdb/atomic_raise.hpp"

#include <rocksdb/db.h>

#include <spdlog/spdlog.h>

#include <mutex>
#include <utility>

namespace storage {

namespace {

using std::chrono::steady_clock;

/// From one attempt to leave a full disk that failed to the next: each opens the
/// database anew.
constexpr std::chrono::seconds healing_pause{1};

}  // namespace

live_database::live_database(const std::filesystem::path& path, const settings& settings)
    : opener_(
          path, settings.memory, settings.file_system,
          [this](const rocksdb::Status& status) { report(status); }, settings.tables_max),
      health_(path.string(), opener_.room_bytes(), settings.on_failure),
      syncs_at_intervals_(settings.durability.sync == counter::durability::sync::interval) {}

live_database::~live_database() = default;

void live_database::adopt(std::unique_ptr<rocksdb::DB> opened) {
  const exclusive_lock lock{mutex_};
  database_ = std::move(opened);
  acknowledged_ = database_->GetLatestSequenceNumber();
}

bool live_database::can_sync_log() const {
  return health() != counter::health::failed && database_ && !is_read_only_ &&
         !opener_.watch().is_cut();
}

bool live_database::sync_log() noexcept {
  if (!can_sync_log())
    return false;
  const auto status = database_->SyncWAL();
  if (!status.ok())
    health_.fail(status.ToString());
  return status.ok();
}

counter::health live_database::report(const rocksdb::Status& status) noexcept {
  return health_.report(status, opener_.watch().is_unsure());
}

void live_database::acknowledge(std::uint64_t sequence) noexcept {
  raise(acknowledged_, sequence);
}

// -- a full disk --------------------------------------------------------------

void live_database::heal() noexcept {
  if (health() != counter::health::full)
    return;
  if (!healing_mutex_.try_lock())
    return;
  const counter::mutex_lock healing{healing_mutex_, std::adopt_lock};
  // The open database serves reads until another can be opened.
  if (steady_clock::now() < next_healing_ || !opener_.has_room() || !opener_.has_descriptors())
    return;
  const exclusive_lock lock{mutex_};
  if (health() != counter::health::full)
    return;
  reopen();
  if (health() == counter::health::full)
    next_healing_ = steady_clock::now() + healing_pause;
}

void live_database::reopen() {
  // What was acknowledged since the last sync: as long as the disk is full, the database is
  // open only to read, and cannot sync it.
  if (syncs_at_intervals_)
    sync_log();
  database_.reset();
  opener_.watch().clear();
  // Before it is opened, so that a failure while it is opened counts. It has failed for
  // good if the old one reported another failure before it was closed.
  if (!health_.leave_full())
    return;
  std::uint64_t latest = 0;
  reason_ = opener_.inspect(latest);
  // No descriptors, even to read: the next attempt opens it.
  if (reason_.IsNoSpace())
    return health_.return_to_full();
  if (!reason_.ok())
    return health_.fail(reason_.ToString());
  reason_ = opener_.open(database_opener::access::write, database_);
  is_read_only_ = reason_.IsNoSpace();
  if (is_read_only_) {
    health_.return_to_full();
    // Reads go on meanwhile.
    reason_ = opener_.open(database_opener::access::read_only, database_);
    if (reason_.IsNoSpace())
      return;
  }
  if (!reason_.ok())
    return health_.fail(reason_.ToString());
  if (database_->GetLatestSequenceNumber() != acknowledged_)
    return health_.fail("the database has more or fewer changes than were acknowledged");
  if (health() == counter::health::good)
    spdlog::info("{}: changes are taken again", opener_.path().string());
}

}  // namespace storage
