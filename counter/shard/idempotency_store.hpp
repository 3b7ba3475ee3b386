#pragma once

#include "counter/full_command.hpp"
#include "counter/shard/idempotency_record.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/siphash.hpp"
#include "counter/time.hpp"

#include <absl/container/btree_map.h>
#include <boost/unordered/unordered_flat_set.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace counter {

/// The commands with an idempotency key that were carried out, with what was
/// answered. Each is kept for the same time, and never dropped before.
///
/// Where they are kept elsewhere, this has what was added since and what was
/// taken in to be looked at. Not thread-safe.
class idempotency_store {
public:
  /// `room` bounds the records of all logs together and outlives them. Keys are
  /// chosen by peers, so `key` is secret. Without `keeps_changes` what stands below
  /// "changes" is not used.
  idempotency_store(quota& room, std::chrono::milliseconds kept_for, siphash_key key,
                    bool keeps_changes = false);

  idempotency_store(const idempotency_store&) = delete;
  idempotency_store& operator=(const idempotency_store&) = delete;

  /// What is remembered under the name, key and position of `command`; null if
  /// nothing is. Valid until the log changes.
  const idempotency_record* find(const full_command& command, time_point now) const;

  /// Makes sure that one more command can be remembered; false if there is no
  /// room. Followed by remember() or by unreserve().
  bool reserve() noexcept { return room_.take(); }
  void unreserve() noexcept { room_.give(); }

  /// Nothing is remembered under its name, key and position. `now` is never less
  /// than before.
  void remember(const full_command& command, const full_reply& reply, time_point now);

  /// Forgets up to `max` commands whose time is over. True when all of them are
  /// gone. Where they are kept elsewhere: nothing, see forget_kept().
  bool forget(time_point now, std::size_t max);

  // -- changes ----------------------------------------------------------------

  /// Whether it knows about that one: also that it is no longer to be kept.
  bool knows(std::string_view id) const {
    return numbers_.contains(id) || (!forgotten_.empty() && forgotten_.contains(id));
  }

  /// Takes in one that is kept elsewhere, and that it does not know about.
  void restore(std::string id, const idempotency_record& kept);

  /// One that was taken in, if its time is over.
  void forget_kept(std::string_view id, time_point now);

  /// Calls `forget(id, forget_at)` for those that are no longer to be kept, then
  /// `remember(id, replay)` for the new ones.
  template <class Forget, class Remember>
  void for_each_change(Forget forget, Remember remember) const {
    for (const auto& [id, at] : forgotten_)
      forget(id, at);
    for (const auto& one : records_)
      if (one.is_new)
        remember(one.id, one.what);
  }

  bool has_changes() const noexcept { return growth_ != 0 || !forgotten_.empty(); }

  /// How many more there are by that.
  std::int64_t growth() const noexcept { return growth_; }

  /// What has changed is kept now, or is not to be. It has nothing afterwards.
  void clear();

private:
  struct record {
    std::string id;
    idempotency_record what;
    bool is_new;
  };

  using number = std::uint64_t;  // of a record: they are counted as they come

  /// Hash and equality of records' numbers, by their ids.
  struct by_id {
    using is_transparent = void;
    using is_avalanching = void;
    const idempotency_store* owner;

    std::size_t operator()(std::string_view id) const noexcept { return siphash(owner->key_, id); }
    std::size_t operator()(number which) const noexcept { return (*this)(owner->at(which).id); }
    bool operator()(number left, number right) const noexcept { return left == right; }
    bool operator()(std::string_view left, number right) const noexcept {
      return left == owner->at(right).id;
    }
    bool operator()(number left, std::string_view right) const noexcept {
      return (*this)(right, left);
    }
  };

  const record& at(number which) const noexcept { return records_[which - first_]; }
  void add(record added);
  void drop(number which);

  quota& room_;
  std::chrono::milliseconds kept_for_;
  siphash_key key_;
  const bool keeps_changes_;
  std::deque<record> records_;  // what came first is forgotten first
  number first_ = 0;            // of the first record
  boost::unordered_flat_set<number, by_id, by_id> numbers_;
  absl::btree_map<std::string, time_point, std::less<>> forgotten_;  // a tree: peers choose the ids
  std::int64_t growth_ = 0;
};

}  // namespace counter
