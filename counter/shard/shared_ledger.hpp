#pragma once

#include "counter/durability.hpp"
#include "counter/page.hpp"
#include "counter/shard/idempotency_record.hpp"
#include "counter/shard/others_usage.hpp"
#include "counter/shard/shared_statistics.hpp"
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

namespace counter {

/// What has become of a transaction, or of a part of it. After any result but `ok` the transaction
/// has ended.
enum class transaction_result : std::uint8_t {
  ok,
  conflict,    ///< nothing is applied: another server was faster. Begin again.
  away,        ///< nothing is applied: the database could not be reached in time
  full,        ///< nothing is applied: the database has no space left
  unreadable,  ///< nothing is applied: the database has reported an error, which is logged
  unknown,     ///< the database was lost during the commit, and could not be asked again in time
};

/// Returns what the operations of a transaction with this result are refused with.
outcome outcome_of(transaction_result result) noexcept;

/// A counter that a group of operations needs.
struct shared_row {
  std::string_view name;    ///< borrowed
  bool may_change = false;  ///< false: the group only reads it
  // begin() sets these.
  std::uint64_t version = 0;       ///< of the row; 0: there is none
  std::optional<state> current{};  ///< nullopt: no row, or that of a deleted counter

  bool exists() const noexcept { return version != 0; }
};

/// An idempotency record that a group of operations needs.
struct shared_record {
  std::string id;                               ///< idempotency_id_of() the command
  std::optional<idempotency_record> current{};  ///< begin() sets it; nullopt: there is none
};

/// A counter that a group has changed.
struct shared_row_change {
  const shared_row* row = nullptr;
  std::optional<state> after{};  ///< nullopt: it is deleted
};

/// An idempotency record that a group has added.
struct shared_record_change {
  std::string_view id;
  const idempotency_record* record;
  time_point replaced_forget_at;  ///< of the record under this id; 0: there is none
};

/// What a transaction writes. Views are borrowed.
struct shared_changes {
  std::span<const shared_row_change> rows;        ///< sorted by name
  std::span<const shared_record_change> records;  ///< sorted by id
  std::span<const std::string_view> missing;      ///< names that must still have no row
  std::uint64_t version = 0;                      ///< the greatest that the shard has given out
  time_point now{};                               ///< the shard's time
  std::int64_t counters = 0;                      ///< created, less those deleted
  std::int64_t idempotency_records = 0;           ///< added, less those replaced

  bool is_empty() const noexcept { return rows.empty() && records.empty(); }
};

/// What a sweep has removed and found.
struct sweep_report {
  bool is_done = false;                  ///< nothing was left to remove
  std::int64_t counters = 0;             ///< that had expired
  std::int64_t idempotency_records = 0;  ///< whose time was over
  /// The usage of all other servers, and of those that have ended.
  std::optional<shared_usage> others{};
};

/// The transactions of one shard of one server in a database that other servers use, too. Used by
/// one thread at a time. Each call returns in time, whatever the database does: when the deadline
/// of the group has passed, the result is `away`, or `unknown` if a commit was in doubt.
///
///     begin_group();
///     begin(wanted);    // the rows, as they are and stay until the commit
///     commit(changes);  // or end()
///
/// A transaction whose rows are all to be created needs no begin(), but may need begin_insert().
class shared_writer {
public:
  virtual ~shared_writer() = default;

  enum class mode : std::uint8_t {
    write,  ///< rows that exist and may change are locked until the end of the transaction
    read,   ///< nothing is locked, and the transaction has ended when begin() returns
  };

  /// Sets the deadline of the calls that follow.
  virtual void begin_group() noexcept = 0;

  /// What a group needs to know, and gets.
  struct lookup {
    std::span<shared_row> rows;        ///< sorted by name, without duplicates
    std::span<shared_record> records;  ///< sorted by id, without duplicates
    shared_writer::mode mode = mode::write;
    bool counts_others = false;  ///< see begin_insert(); only with mode::write
    // begin() sets these.
    time_point now{};       ///< the database's time, never before that of a group of this server
    shared_usage others{};  ///< if it was asked for
  };

  /// Begins a transaction. Records are read when the rows are locked.
  virtual transaction_result begin(lookup& wanted) noexcept = 0;

  /// Begins a transaction whose rows are all to be created, and sets `others` to the usage of all
  /// other servers. Until it ends, no server that asks for the same changes its usage.
  virtual transaction_result begin_insert(shared_usage& others) noexcept = 0;

  /// Writes the changes and commits, also if there are none. A row is written only if its version
  /// is still that of shared_row::version, and a record only if it replaces what was there. If the
  /// outcome is in doubt, asks the database: `ok` means that the group is stored, once.
  virtual transaction_result commit(const shared_changes& changes) noexcept = 0;

  /// Ends a transaction that changes nothing. If `confirms`, `ok` means that what begin() has read
  /// is as durable as a commit.
  virtual transaction_result end(bool confirms) noexcept = 0;

  /// Marks up to `max` expired counters as deleted, deletes idempotency records whose time is over
  /// and rows of counters that were deleted long ago. The numbers of `report` also correct the
  /// usage of this server by what commits have turned out to have done whose outcome was unknown.
  virtual transaction_result sweep(std::size_t max, sweep_report& report) noexcept = 0;

  /// Returns true if the writer could not reach the database when it last tried.
  virtual bool is_missing() const noexcept = 0;
  /// Returns true if this has been so for a second: sessions are usually replaced at once.
  virtual bool is_away() const noexcept = 0;

  /// Tries once, for some seconds at most. Returns true if the database is reached.
  virtual bool reconnect() noexcept = 0;
};

/// A database that several servers share. Thread-safe; calls block as long as the database does,
/// within their deadlines.
class shared_ledger {
public:
  virtual ~shared_ledger() = default;

  /// A literal, for GET /v1/info.
  virtual std::string_view name() const noexcept = 0;

  /// Returns false while no writer can reach the database. Does not block.
  virtual bool is_reachable() const noexcept = 0;
  /// Returns false while some writer cannot reach it. Does not block.
  virtual bool is_reached_by_all() const noexcept = 0;

  /// The usage of all servers when this one has started.
  virtual shared_usage usage() const noexcept = 0;

  virtual shared_statistics statistics() const noexcept = 0;

  /// From now on no call goes on beyond `at`: the server stops.
  virtual void stop_at(std::chrono::steady_clock::time_point at) noexcept = 0;

  /// Opens the writer of a shard, numbered from 0.
  virtual std::unique_ptr<shared_writer> open_writer(unsigned shard) = 0;

  /// Lists counters in byte order of their names, looking at up to `steps` rows.
  virtual page list(const page_request& query, std::size_t steps) noexcept = 0;
};

}  // namespace counter
