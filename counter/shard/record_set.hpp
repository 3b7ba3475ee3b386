#pragma once

#include "counter/shard/expiry_queue.hpp"
#include "counter/shard/name_order.hpp"
#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/record_index.hpp"
#include "counter/shard/siphash.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace counter {

/// The counters of one shard as memory has them: found by name, in order of
/// their names, and by when they expire. Knows nothing of what is asked of them.
///
/// Where they are kept elsewhere, too, it also knows what has changed since that
/// was last kept, and can forget what has not. Not thread-safe.
class record_set {
public:
  using handle = record_arena::handle;
  using hashed_name = record_index::hashed_name;

  /// `key` is that of the hashes. Without `keeps_changes` what stands below
  /// "changes" is not used.
  record_set(siphash_key key, bool keeps_changes) : keeps_changes_(keeps_changes), key_(key) {}

  std::size_t size() const noexcept { return size_; }

  /// What they take, about.
  std::size_t bytes() const noexcept { return records_.bytes() + size_ * index_bytes; }

  std::optional<handle> find(const hashed_name& key) const { return index_.find(key); }

  /// Only to look at: see edit().
  record at(handle which) const noexcept { return record{records_.at(which)}; }
  state state_of(handle which) const;
  std::optional<time_point> expiry_of(handle which) const;
  bool is_expired(handle which, time_point now) const {
    return at(which).expires() && expiries_.at(which) <= now;
  }
  std::optional<handle> due(time_point now) const { return expiries_.due(now); }
  name_order& order() noexcept { return order_; }

  /// One that is about to change.
  record edit(handle which) {
    if (keeps_changes_)
      note(which);
    return at(which);
  }

  /// One without expiry, whose value and version are still to be set. There is
  /// none of that name.
  handle create(const hashed_name& key);

  void erase(handle which);
  void set_expiry(handle which, std::optional<time_point> at);

  // -- changes ----------------------------------------------------------------

  /// Takes in one that is kept elsewhere. There is none of that name.
  void restore(const hashed_name& key, const state& kept);

  /// Calls `tell(name, before, after)` for what has changed since settle(), null
  /// where the counter did not or does not exist; of several for one name the
  /// last is true.
  template <class Tell>
  void for_each_change(Tell tell) const {
    for (const auto& [which, before] : changes_)
      tell(at(which).name(), before,
           at(which).is_erased() ? std::nullopt : std::optional{state_of(which)});
  }

  /// Whether one of that name is gone, and whoever keeps it does not know yet.
  bool was_erased(std::string_view name) const {
    return !erased_.empty() && erased_.contains(name);
  }

  bool has_changes() const noexcept { return !changes_.empty(); }

  /// How many more there are by that.
  std::int64_t growth() const noexcept { return growth_; }

  /// What has changed is kept now.
  void settle();

  /// What has changed is not to be: forgets what was touched.
  void undo();

  /// Forgets about a thousandth of all, which are kept. Nothing has changed.
  void evict_some();

private:
  struct change {
    handle which;
    std::optional<state> before;
  };

  /// Of the index, for each.
  static constexpr std::size_t index_bytes = 8;

  handle add(const hashed_name& key);
  void note(handle which);
  void forget(handle which);

  const bool keeps_changes_;
  siphash_key key_;
  std::size_t size_ = 0;
  record_arena records_;
  record_index index_{records_, key_};
  expiry_queue expiries_;
  name_order order_{records_, index_};
  std::vector<change> changes_;  // each record once; those erased are not released yet
  // Names in changes_; trees, because peers choose them.
  absl::btree_set<std::string_view> erased_;
  std::int64_t growth_ = 0;
  std::size_t next_eviction_ = 0;  // part of the index
};

}  // namespace counter
