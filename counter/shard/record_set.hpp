#pragma once

#include "counter/shard/change_set.hpp"
#include "counter/shard/expiry_queue.hpp"
#include "counter/shard/name_order.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/record_index.hpp"
#include "counter/siphash.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace counter {

/// The counters of one shard that are in memory, by name, by byte order of names
/// and by expiry. It stores states and knows nothing of commands.
///
/// With a change_set the records are a cache of a ledger: edit(), create() and
/// erase() log what they touch there, until commit() or rollback(). Handles are
/// valid until erase(), rollback() or evict(). Functions that add throw
/// std::bad_alloc.
class record_set {
public:
  using handle = record_arena::handle;
  using hashed_name = record_index::hashed_name;

  /// `key` is the key of every hash passed in. `changes` is null for counters that are in
  /// memory only. `memory` bounds the bytes of those; null means no bound. Both outlive the
  /// set. Precondition: one of them is null.
  record_set(siphash_key key, change_set* changes, quota* memory = nullptr)
      : changes_(changes),
        key_(key) {
    if (memory != nullptr)
      memory_.emplace(*memory);
  }

  std::size_t size() const noexcept { return size_; }

  /// Approximate memory of the records and their index, in bytes.
  std::size_t bytes() const noexcept { return records_.bytes() + size_ * index_bytes; }

  std::optional<handle> find(const hashed_name& key) const { return index_.find(key); }

  /// For reading only: call edit() before a change.
  record at(handle entry) const noexcept { return record{records_.at(entry)}; }
  state state_of(handle entry) const;
  std::optional<time_point> expiry_of(handle entry) const;
  bool is_expired(handle entry, time_point now) const {
    return at(entry).expires() && expiries_.at(entry) <= now;
  }

  /// The record that expires first, if it has expired by `now`.
  std::optional<handle> due(time_point now) const { return expiries_.due(now); }
  name_order& order() noexcept { return order_; }

  /// Returns a record for changing. Call it before set_expiry(), too.
  record edit(handle entry) {
    if (changes_ != nullptr)
      touch(entry);
    return at(entry);
  }

  /// Takes the memory that create() and a later set_expiry() need. Returns false, and takes
  /// nothing, if there is less. Call it before each create(). erase() gives the memory back,
  /// except that of a record whose chunk has others: it serves later records of this set.
  bool reserve(std::string_view name);

  /// Creates a record without expiry. The caller sets its value and version.
  /// Precondition: find() returns nullopt for `key`.
  handle create(const hashed_name& key);

  void erase(handle entry);
  void set_expiry(handle entry, std::optional<time_point> expires_at);

  // -- with a change_set ------------------------------------------------------

  /// Adds a counter as the ledger has it, which is no change. Precondition: find()
  /// returns nullopt for `key`.
  void load(const hashed_name& key, const state& committed);

  /// Calls `visit(name, before, after)` for each touched record, in the order of
  /// change_set::touched(). `before` and `after` are optional states, nullopt
  /// where the counter did not or does not exist.
  template <class Visit>
  void for_each_change(Visit visit) const {
    for (const auto& [entry, before] : changes_->touched())
      visit(at(entry).name(), before,
            at(entry).is_erased() ? std::nullopt : std::optional{state_of(entry)});
  }

  /// Makes the touched records clean and frees the erased ones. The caller clears
  /// the change_set afterwards.
  void commit();

  /// Drops every touched record, so that the next load() brings back its committed
  /// state. The caller clears the change_set afterwards.
  void rollback();

  /// Drops about a thousandth of the records. Precondition: no uncommitted changes,
  /// and order() was never built.
  void evict();

  /// Drops the record, if there is one. The same precondition.
  void unload(const hashed_name& key);

private:
  /// Memory of the index for each record.
  static constexpr std::size_t index_bytes = 8;
  static constexpr std::int64_t chunk_bytes = record_arena::chunk_bytes;
  /// What a record takes at most besides its bytes: in the index, in the order of names,
  /// and in the queue of expiries. A hash table that is about to shrink takes the most.
  /// Sets of some thousand records take up to 100 KiB more.
  static constexpr std::int64_t reserved_bytes = 120;

  handle add(const hashed_name& key);
  void touch(handle entry);
  void drop(handle entry);
  void release(handle entry);

  change_set* const changes_;
  siphash_key key_;
  std::optional<quota::share> memory_;  // nullopt: no bound
  std::size_t size_ = 0;
  record_arena records_;
  record_index index_{records_, key_};
  expiry_queue expiries_;
  name_order order_{records_, index_};
  std::size_t next_eviction_ = 0;  // part of the index
};

}  // namespace counter
