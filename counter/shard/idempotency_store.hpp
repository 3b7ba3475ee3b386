#pragma once

#include "counter/full_command.hpp"
#include "counter/parameters.hpp"
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
#include <string>
#include <string_view>

namespace counter {

/// The idempotency records of one shard, found by idempotency_id_of(). Each lives
/// for the same time and is never dropped earlier.
///
/// With a change_set it holds only the records of one group: those that were loaded
/// from the ledger and those that were added since the last commit. Functions that
/// add throw std::bad_alloc.
class idempotency_store {
public:
  /// `room` bounds the records of all shards together. `ttl` is how long a record
  /// lives. `key` is secret, because peers choose the ids. `changes` is null for
  /// records that are in memory only. `memory` bounds their bytes; null: nothing does.
  /// `room`, `changes` and `memory` outlive the store.
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

  /// Adds a record. Preconditions: reserve() returned true, find() returns null for
  /// `id`, and `now` is not less than in any earlier call.
  void remember(std::string id, const parameters& parameters, const full_reply& reply,
                time_point now);

  /// Forgets up to `max` records whose time is over, the oldest first. Returns true
  /// if none are left. With a change_set it does nothing and returns true: there
  /// the caller loads records that are due and calls forget_due().
  bool forget(time_point now, std::size_t max);

  // -- with a change_set ------------------------------------------------------

  /// True if the ledger need not be asked for `id`: its record was loaded, added or
  /// forgotten since the last clear().
  bool is_current(std::string_view id) const {
    return numbers_.contains(id) || changes_->has_forgotten(id);
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

  using number = std::uint64_t;  // of an entry: entries are numbered as they come

  /// Hash and equality of entries' numbers, by their ids.
  struct by_id {
    using is_transparent = void;
    using is_avalanching = void;
    const idempotency_store* owner;

    std::size_t operator()(std::string_view id) const noexcept { return siphash(owner->key_, id); }
    std::size_t operator()(number hashed) const noexcept { return (*this)(owner->at(hashed).id); }
    bool operator()(number left, number right) const noexcept { return left == right; }
    bool operator()(std::string_view left, number right) const noexcept {
      return left == owner->at(right).id;
    }
    bool operator()(number left, std::string_view right) const noexcept {
      return (*this)(right, left);
    }
  };

  const entry& at(number index) const noexcept { return entries_[index - first_]; }
  const entry& add(entry added);
  void drop(number dropped);

  /// The memory of a record, with its entry in the hash table while that grows.
  static std::int64_t bytes_of(std::string_view id) noexcept {
    return static_cast<std::int64_t>(sizeof(entry) + id.size() + 64);
  }

  quota& room_;
  std::chrono::milliseconds ttl_;
  siphash_key key_;
  change_set* const changes_;
  std::deque<entry> entries_;  // in memory the oldest is first; entries never move
  number first_ = 0;           // of the first entry
  boost::unordered_flat_set<number, by_id, by_id> numbers_;
  quota* const memory_;
};

}  // namespace counter
