#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "counter/shard/idempotency_store.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/record_set.hpp"
#include "counter/shard/siphash.hpp"
#include "counter/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace counter {

/// The counters of one shard. The whole truth about counting, and no I/O: what
/// is answered depends on the commands, their times and their order alone. A
/// counter costs its name, 18 bytes, and about 8 for the index. Not thread-safe:
/// its shard actor's mailbox serialises the calls.
///
/// Names are valid, and `hash` is siphash(key, name). Time never runs backwards
/// here: a `now` that is less than an earlier one counts as that. Throws only
/// std::bad_alloc, and then the table is not used any more.
class table {
public:
  struct settings {
    quota& counters;             ///< of all tables together; outlives them
    quota& idempotency_records;  ///< likewise
    std::chrono::milliseconds idempotency_ttl;
    /// Of the hashes that the table is given.
    siphash_key key{};
    /// Versions are greater than this. So that none is used twice, it is not
    /// less than any that another table has used for the same names.
    std::uint64_t version = 0;
    /// No earlier time is seen.
    time_point start{};
    /// Whether what changes is to be kept elsewhere, see kept_table.
    bool keeps_changes = false;
  };

  explicit table(const settings& how);

  table(const table&) = delete;
  table& operator=(const table&) = delete;

  /// Anything but `ok` means that nothing changed.
  reply apply(const command& command, std::uint64_t hash, time_point now);
  full_reply apply(const full_command& command, std::uint64_t hash, time_point now);

  /// Steps of work that one caller may ask for; each takes about a microsecond.
  using budget = std::size_t;

  /// Takes what it uses off `steps`.
  page list(const page_request& request, time_point now, budget& steps);

  /// Forgets what has expired, as far as `steps` go. True when nothing more has.
  bool expire(time_point now, budget steps);

  /// Counters, with those that have expired and are not forgotten yet.
  std::size_t size() const noexcept { return records_.size(); }

  /// The greatest version it has given out, and the latest time it has seen.
  std::uint64_t version() const noexcept { return version_; }
  time_point now() const noexcept { return now_; }

  // -- where its counters are kept elsewhere, too -------------------------------

  record_set& records() noexcept { return records_; }
  const record_set& records() const noexcept { return records_; }
  idempotency_store& idempotency_records() noexcept { return idempotency_; }

  bool has_changes() const noexcept { return records_.has_changes() || idempotency_.has_changes(); }

  /// What has changed is kept now.
  void settle();

  /// What has changed is not to be, for anyone.
  void undo();

private:
  using handle = record_set::handle;
  using hashed_name = record_set::hashed_name;

  std::optional<handle> find(const hashed_name& key, time_point now);
  std::optional<handle> create(const hashed_name& key);
  void erase(handle which);

  full_reply change(const full_command& command, const hashed_name& key, time_point now);
  outcome add(const parameters& how, const hashed_name& key, std::optional<handle>& found,
              time_point now);
  outcome set(const parameters& how, const hashed_name& key, std::optional<handle>& found,
              time_point now);

  quota& counter_room_;
  quota& idempotency_room_;
  std::uint64_t version_;  // the last one that was given out
  time_point now_;         // the latest that was seen
  record_set records_;
  idempotency_store idempotency_;
};

}  // namespace counter
