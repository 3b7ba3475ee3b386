#pragma once

#include "counter/shard/idempotency_record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace counter {

/// The uncommitted changes of one durable shard: an undo log of its counters
/// (before images; a counter's current state is in its record) and the idempotency
/// records that were added or forgotten. record_set and idempotency_store write
/// it, durable_table sends it to the ledger, and table clears it on commit or
/// rollback. A shard in memory has none.
///
/// Names, ids and records are borrowed: their owners neither move nor free them
/// before clear(). Functions that add throw std::bad_alloc.
class change_set {
public:
  using handle = record_arena::handle;

  struct touched_counter {
    handle record;
    std::optional<state> before;  ///< at the last commit; nullopt: it did not exist
  };

  // -- counters ---------------------------------------------------------------

  /// A record without a committed state was created.
  void create(handle record) {
    touched_.push_back({record, std::nullopt});
    ++counter_growth_;
  }

  /// A record is about to be changed or erased. Once for each record.
  void touch(handle record, const state& before) { touched_.push_back({record, before}); }

  /// A record that was created or touched is erased.
  void erase(std::string_view name) {
    erased_names_.insert(name);
    --counter_growth_;
  }

  /// Every record that was created or touched, in that order. A name can have
  /// several: created again after it was erased. The last one counts.
  const std::vector<touched_counter>& touched() const noexcept { return touched_; }

  /// True if a counter of that name was erased. It may have been created again.
  bool has_erased(std::string_view name) const {
    return !erased_names_.empty() && erased_names_.contains(name);
  }

  /// Counters created minus counters erased.
  std::int64_t counter_growth() const noexcept { return counter_growth_; }

  // -- idempotency records ----------------------------------------------------

  /// A new record was added under `id`.
  void remember(std::string_view id, const idempotency_record& record) {
    remembered_.emplace(id, &record);
  }

  /// The record under `id` was dropped. A record added since the last commit leaves no trace.
  void forget(std::string_view id, time_point forget_at) {
    if (remembered_.erase(id) == 0)
      forgotten_.emplace(id, forget_at);
  }

  bool has_remembered(std::string_view id) const { return remembered_.contains(id); }
  bool has_forgotten(std::string_view id) const { return forgotten_.contains(id); }

  /// Calls `forget(id, forget_at)` for each committed record that was dropped, then
  /// `remember(id, record)` for each new one. An id may be in both.
  template <class Forget, class Remember>
  void for_each_idempotency_change(Forget forget, Remember remember) const {
    for (const auto& [id, forget_at] : forgotten_)
      forget(id, forget_at);
    for (const auto& [id, record] : remembered_)
      remember(id, *record);
  }

  /// Records remembered minus records forgotten.
  std::int64_t idempotency_growth() const noexcept {
    return static_cast<std::int64_t>(remembered_.size()) -
           static_cast<std::int64_t>(forgotten_.size());
  }

  // -- all of them ------------------------------------------------------------

  bool is_empty() const noexcept {
    return touched_.empty() && remembered_.empty() && forgotten_.empty();
  }

  void clear() noexcept {
    touched_.clear();
    erased_names_.clear();
    counter_growth_ = 0;
    remembered_.clear();
    forgotten_.clear();
  }

private:
  std::vector<touched_counter> touched_;
  // Trees, because peers choose the names and ids and must not choose collisions.
  absl::btree_set<std::string_view> erased_names_;
  std::int64_t counter_growth_ = 0;
  absl::btree_map<std::string_view, const idempotency_record*> remembered_;
  absl::btree_map<std::string_view, time_point> forgotten_;
};

}  // namespace counter
