#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "counter/shard/change_set.hpp"
#include "counter/shard/idempotency_store.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/record_set.hpp"
#include "counter/siphash.hpp"
#include "counter/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace counter {

/// The counters of one shard and every rule of counting, without I/O: replies depend
/// only on the commands, their times and their order. A counter takes its name and 18
/// bytes, rounded up to 8 bytes, and about 8 bytes of index.
///
/// Names are valid by is_valid_name(), and `hash` is siphash(settings::key, name).
/// Time never runs backwards: a `now` before the latest one seen counts as the
/// latest. Used by one thread at a time: the shard actor's mailbox serialises the
/// calls. Throws only std::bad_alloc; after that the table must not be used.
class table {
public:
  struct settings {
    quota& counters;             ///< shared by all tables; outlives them
    quota& idempotency_records;  ///< shared by all tables; outlives them
    std::chrono::milliseconds idempotency_ttl;
    /// The key of every hash passed in.
    siphash_key key{};
    /// The first version given out is greater. To avoid reuse, pass the greatest
    /// version ever used for these names.
    std::uint64_t version = 0;
    /// Times before this are treated as this.
    time_point start{};
    /// Logs the uncommitted changes of a durable_table and outlives the table. Null:
    /// counters are in memory only.
    change_set* changes = nullptr;
    /// Bound the bytes of the counters and of the idempotency records of all tables, and
    /// outlive them. Null: nothing does. Precondition: null with a change_set.
    quota* counter_bytes = nullptr;
    quota* idempotency_bytes = nullptr;
  };

  explicit table(const settings& configuration);

  table(const table&) = delete;
  table& operator=(const table&) = delete;

  /// Every outcome except `ok` guarantees that nothing changed.
  reply apply(const command& command, std::uint64_t hash, time_point now);
  full_reply apply(const full_command& command, std::uint64_t hash, time_point now);

  /// Steps of work that a caller may spend. A step takes one to three microseconds.
  using budget = std::size_t;

  /// Lists counters in byte order of their names and deducts the work from `steps`.
  /// The first lists after the start spend their steps on building the order of
  /// names and return no counters. Precondition: no change_set.
  page list(const page_request& query, time_point now, budget& steps);

  /// Erases expired counters, then forgets idempotency records, up to `steps` of
  /// each. Returns true if nothing expired is left.
  bool expire(time_point now, budget steps);

  /// Counters in memory, including expired ones that are not erased yet.
  std::size_t size() const noexcept { return records_.size(); }

  /// The greatest version given out.
  std::uint64_t version() const noexcept { return version_; }

  /// The latest time seen.
  time_point now() const noexcept { return now_; }

  // -- with a change_set: the table is a cache of a ledger ----------------------

  using hashed_name = record_set::hashed_name;

  /// True if the ledger need not be asked for the counter: it is in memory, or the
  /// uncommitted changes erased it.
  bool is_current(const hashed_name& key) const;

  /// Adds a counter as the ledger has it. Precondition: is_current() returns false.
  void load(const hashed_name& key, const state& committed) { records_.load(key, committed); }

  /// True if the ledger need not be asked for the idempotency record: it was loaded,
  /// added or forgotten since the last commit or rollback.
  bool is_current(std::string_view id) const { return idempotency_.is_current(id); }

  /// Adds a record as the ledger has it. Precondition: is_current() returns false.
  void load(std::string id, const idempotency_record& committed) {
    idempotency_.load(std::move(id), committed);
  }

  /// Forgets a loaded idempotency record if its time is over.
  void forget_due(std::string_view id, time_point now) { idempotency_.forget_due(id, now); }

  /// Calls `visit(name, before, after)` for each record that changed since the last
  /// commit, see record_set::for_each_change(). The last call for a name counts.
  template <class Visit>
  void for_each_counter_change(Visit visit) const {
    records_.for_each_change(visit);
  }

  /// The ledger has the changes: clears the change_set.
  void commit();

  /// The ledger does not have the changes: drops every counter and idempotency
  /// record they touched, gives their room back, and clears the change_set.
  void rollback();

  /// Approximate memory of the counters, in bytes.
  std::size_t bytes() const noexcept { return records_.bytes(); }

  /// Drops about a thousandth of the counters from memory. Precondition: no
  /// uncommitted changes.
  void evict() { records_.evict(); }

  /// Drops a counter from memory, if it is there. The same precondition.
  void unload(const hashed_name& key) { records_.unload(key); }

  /// Makes the next version greater than `version`.
  void raise_version(std::uint64_t version) noexcept { version_ = std::max(version_, version); }

private:
  using handle = record_set::handle;

  std::optional<handle> find(const hashed_name& key, time_point now);
  std::optional<handle> create(const hashed_name& key);
  bool reserve(std::string_view name);
  void erase(handle entry);
  void clear_changes();

  static full_reply repeat(const full_command& command, const idempotency_record& record,
                           time_point now);
  full_reply change(const full_command& command, const hashed_name& key, time_point now);
  outcome add(const parameters& parameters, const hashed_name& key, std::optional<handle>& entry,
              time_point now);
  outcome set(const parameters& parameters, const hashed_name& key, std::optional<handle>& entry,
              time_point now);

  // Every change writes these two, to one cache line.
  alignas(16) std::uint64_t version_;  // the last one given out
  time_point now_;                     // the latest seen
  quota::share counter_room_;
  quota& counter_quota_;
  quota& idempotency_quota_;
  change_set* const changes_;
  record_set records_;
  idempotency_store idempotency_;
};

}  // namespace counter
