#pragma once

#include "counter/full_command.hpp"
#include "counter/shard/change_set.hpp"
#include "counter/shard/idempotency_record.hpp"
#include "counter/shard/quota.hpp"
#include "counter/siphash.hpp"
#include "counter/time.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace counter {

/// The idempotency records of one shard, found by idempotency_id_of(). A record is found
/// until the time that forget_at_of() returns for its command.
///
/// Records queue up in classes of similar lifetimes, so that forgetting takes constant
/// time: the lifetimes of a class differ by less than a factor of two. A record whose time
/// is over may have to wait for an older one of its class, so it takes room for less than
/// twice its lifetime, and no longer than its lifetime if all lifetimes are equal.
///
/// With a change_set it holds only the records of one group: those that were loaded
/// from the ledger and those that were added since the last commit. Functions that
/// add throw std::bad_alloc.
class idempotency_store {
public:
  /// `room` bounds the records of all shards together. `ttl` is how long the record of a
  /// command without a time of its own lives. `key` is secret, because peers choose the ids.
  /// `changes` is null for records that are in memory only. `memory` bounds their bytes; null:
  /// nothing does. `room`, `changes` and `memory` outlive the store.
  idempotency_store(quota& room, std::chrono::milliseconds ttl, siphash_key key,
                    change_set* changes = nullptr, quota* memory = nullptr);

  idempotency_store(const idempotency_store&) = delete;
  idempotency_store& operator=(const idempotency_store&) = delete;

  /// Returns the record under `id`, or null if there is none or its time is over.
  /// Valid until the next non-const call.
  const idempotency_record* find(std::string_view id, time_point now) const;

  /// Takes room for one more record; false if there is none. The caller then calls
  /// either remember() or unreserve() with the same id.
  bool reserve(std::string_view id) noexcept;
  void unreserve(std::string_view id) noexcept;

  /// Adds the record of `command`, whose idempotency_id_of() is `id`. Preconditions:
  /// reserve() returned true, and `now` is not less than in any earlier call. Replaces the record
  /// under `id`, if there is one: its time is over, or its binding's. In memory its room becomes
  /// free when its time is over. Returns when the new record is forgotten.
  time_point remember(std::string id, const full_command& command, const full_reply& reply,
                      time_point now);

  /// Forgets up to `max` records whose time is over, the shortest lifetimes and then the
  /// oldest first. Returns true if no more can be forgotten now. With a change_set it does nothing
  /// and returns true: there the caller loads records that are due and calls forget_due().
  bool forget(time_point now, std::size_t max);

  // -- with a change_set ------------------------------------------------------

  /// True if the ledger need not be asked for `id`: its record was loaded, added or
  /// forgotten since the last clear().
  bool is_current(std::string_view id) const {
    const auto key = hashed(id);
    return part_of(key).contains(key) || changes_->has_forgotten(id);
  }

  /// Adds a record as the ledger has it, which is no change. Precondition:
  /// is_current() returns false for `id`.
  void load(std::string id, const idempotency_record& committed);

  /// Forgets a loaded record if its time is over.
  void forget_due(std::string_view id, time_point now);

  /// Drops everything, on commit and on rollback. The caller clears the change_set
  /// first.
  void clear();

private:
  struct entry {
    std::string id;
    idempotency_record record;
  };

  struct hashed_id {
    std::string_view id;
    std::uint64_t hash;
  };

  /// Hash and equality of entries, by their ids.
  struct id_hash {
    using is_transparent = void;
    using is_avalanching = void;
    siphash_key key;

    std::size_t operator()(const hashed_id& id) const noexcept { return id.hash; }
    std::size_t operator()(const entry* entry) const noexcept { return siphash(key, entry->id); }
  };
  struct id_equal {
    using is_transparent = void;

    bool operator()(const entry* left, const entry* right) const noexcept { return left == right; }
    bool operator()(const hashed_id& left, const entry* right) const noexcept {
      return left.id == right->id;
    }
    bool operator()(const entry* left, const hashed_id& right) const noexcept {
      return (*this)(right, left);
    }
  };
  using entry_set = boost::unordered_flat_set<const entry*, id_hash, id_equal>;

  /// The entries of one class, the oldest first. They never move.
  using entry_queue = std::deque<entry>;

  hashed_id hashed(std::string_view id) const noexcept { return {id, siphash(key_, id)}; }
  const entry_set& part_of(const hashed_id& id) const noexcept {
    return parts_[(id.hash >> 24) % parts_.size()];
  }
  entry_set& part_of(const hashed_id& id) noexcept {
    return parts_[(id.hash >> 24) % parts_.size()];
  }

  const entry& add(entry_queue& to, entry added);
  void drop(const entry& dropped);

  /// The memory of a record, with its entry in a hash table that is about to shrink.
  static std::int64_t bytes_of(std::string_view id) noexcept {
    return static_cast<std::int64_t>(sizeof(entry) + id.size() + 64);
  }

  quota::share room_;
  const std::chrono::milliseconds ttl_;
  const siphash_key key_;
  change_set* const changes_;
  std::map<unsigned, entry_queue> queues_;  // by class; with a change_set there is only one
  // By id. In memory in parts that grow and shrink independently, so that no call rehashes
  // all of them.
  std::vector<entry_set> parts_;
  std::optional<quota::share> memory_;  // nullopt: no bound
};

}  // namespace counter
