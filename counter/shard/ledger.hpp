#pragma once

#include "counter/call.hpp"
#include "counter/durability.hpp"
#include "counter/shard/idempotency_record.hpp"
#include "counter/shard/ledger_statistics.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counter {

enum class commit_result : std::uint8_t {
  ok,       ///< committed, as durably as the ledger promises
  full,     ///< no space is left: nothing of the group is stored, nor will be
  unknown,  ///< the disk failed during the commit: only a restart shows what is stored
  refused,  ///< an earlier result was `unknown`: nothing is stored, nor will be
};

/// What a ledger contains when it is opened.
struct ledger_summary {
  std::uint64_t version = 0;              ///< the greatest version of any commit
  time_point now{};                       ///< the latest time of any commit
  std::uint64_t counters = 0;             ///< including expired ones
  std::uint64_t idempotency_records = 0;  ///< including those whose time is over
};

/// What a ledger is and can do.
struct ledger_traits {
  std::string_view name;    ///< a literal, for GET /v1/info
  bool has_backups = true;  ///< false: back_up() is never called
};

/// A counter that has expired or an idempotency record whose time is over.
struct due_entry {
  enum class kind_type : std::uint8_t { counter, idempotency_record };
  kind_type kind = kind_type::counter;
  std::string id;   ///< the counter's name, or idempotency_id_of() the command
  time_point at{};  ///< when it expires or is forgotten

  bool operator==(const due_entry&) const = default;
};

/// Commits the changes of one shard in groups. The calls since the last commit()
/// form a group, which is atomic: a crash of the process or the machine leaves all
/// of it or nothing. Used by one thread at a time; the writers of a ledger may be
/// used concurrently. Views are borrowed during the call only.
class ledger_writer {
public:
  virtual ~ledger_writer() = default;

  /// Changes a counter from `before`, its state at the last commit, to `after`.
  /// Nullopt stands for a counter that does not exist. If put() is called twice for a
  /// name in one group, the later call wins.
  virtual void put(std::string_view name, const std::optional<state>& before,
                   const std::optional<state>& after) = 0;

  /// Adds an idempotency record. The ledger has none under `id`.
  virtual void remember(std::string_view id, const idempotency_record& record) = 0;

  /// Removes the record under `id`, whose forget_at is `forget_at`. To replace a
  /// record within a group, call forget() before remember().
  virtual void forget(std::string_view id, time_point forget_at) = 0;

  /// Commits the group and begins a new one. `version` is the greatest version the
  /// shard has given out and `now` its time. `counters` and `idempotency_records` are
  /// the group's net growth of the ledger; negative if it shrinks. Blocks.
  virtual commit_result commit(std::uint64_t version, time_point now, std::int64_t counters,
                               std::int64_t idempotency_records) noexcept = 0;

  /// Returns how long the last commit() waited for the disk to sync: its own group, or the groups
  /// of other shards before it. 0 before the first commit().
  virtual std::chrono::nanoseconds sync_time() const noexcept = 0;
};

/// Durable storage of all shards' counters: the seam between the actors and a disk.
/// Thread-safe. Calls block as long as the disk does.
///
/// A read sees every group that was committed before it began, whole, and nothing of
/// a group that was not. The outcome of a read is `ok`, `unreadable` after damage or an I/O
/// error, or `disk_full` if a file could not be opened for want of descriptors or memory. A
/// read that fails has logged why; its output is unspecified.
class ledger {
public:
  virtual ~ledger() = default;

  virtual ledger_traits traits() const noexcept = 0;

  /// Returns the result of the last attempt to write. Does not block.
  virtual counter::health health() const noexcept = 0;

  /// Does not block.
  virtual ledger_statistics statistics() const noexcept = 0;

  /// The state when the ledger was opened.
  virtual const ledger_summary& summary() const noexcept = 0;

  /// Opens the writer of a shard: one for each, numbered from 0, all of them before
  /// the first commit.
  virtual std::unique_ptr<ledger_writer> open_writer(unsigned shard) = 0;

  /// Sets `states[i]` to the committed state of `names[i]`, expired or not.
  /// Preconditions: the spans have the same size and every state is nullopt.
  virtual outcome read(std::span<const std::string_view> names,
                       std::span<std::optional<state>> states) = 0;

  /// Sets `record` to the record under `id` if there is one. Precondition: it is
  /// nullopt.
  virtual outcome read_idempotency_record(std::string_view id,
                                          std::optional<idempotency_record>& record) = 0;

  /// Appends up to `max` entries that are due at `now`, in order of time, beginning
  /// at `position` ("": the first one). Sets `position` to where the next call goes
  /// on; to "" if nothing more is due.
  virtual outcome read_due(time_point now, std::size_t max, std::string& position,
                           std::vector<due_entry>& entries) = 0;

  /// Lists counters in byte order of their names, looking at up to `steps`, and
  /// leaves out those that have expired by `now`. If it leaves one out it stores
  /// `now` before it returns, so that the counter stays expired after a restart. If the
  /// disk is full it returns the page all the same; if storing `now` fails for another
  /// reason, the outcome is `draining`.
  virtual page list(const page_request& query, time_point now, std::size_t steps) = 0;

  /// Copies everything that is committed to a directory of its own, concurrently
  /// with commits. `name` is valid by is_valid_backup_name().
  virtual backup back_up(const std::string& name) = 0;
};

}  // namespace counter
