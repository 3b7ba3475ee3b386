#pragma once

#include "counter/full_command.hpp"
#include "counter/quota.hpp"
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

/// The commands with an idempotency key that were carried out, with what was
/// answered. Each is kept for the same time, and never dropped before. Not
/// thread-safe.
class replay_log {
public:
  /// `room` bounds the records of all logs together and outlives them. Keys are
  /// chosen by peers, so `key` is secret.
  replay_log(quota& room, std::chrono::milliseconds kept_for, siphash_key key);

  replay_log(const replay_log&) = delete;
  replay_log& operator=(const replay_log&) = delete;

  struct entry {
    counter::parameters parameters;
    full_reply reply;
  };

  /// What is remembered under the name, key and position of `command`; null if
  /// nothing is. Valid until the log changes.
  const entry* find(const full_command& command, time_point now) const;

  /// Makes sure that one more command can be remembered; false if there is no
  /// room. Followed by remember() or by unreserve().
  bool reserve() noexcept { return room_.take(); }
  void unreserve() noexcept { room_.give(); }

  /// Nothing is remembered under its name, key and position. `now` is never less
  /// than before.
  void remember(const full_command& command, const full_reply& reply, time_point now);

  /// Forgets up to `max` commands whose time is over. True when all of them are
  /// gone.
  bool forget(time_point now, std::size_t max);

private:
  struct record {
    std::string id;
    replay_log::entry entry;
    time_point forget_at;
  };

  using number = std::uint64_t;  // of a record: they are counted as they come

  /// Hash and equality of records' numbers, by their ids.
  struct by_id {
    using is_transparent = void;
    using is_avalanching = void;
    const replay_log* owner;

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

  quota& room_;
  std::chrono::milliseconds kept_for_;
  siphash_key key_;
  std::deque<record> records_;  // what came first is forgotten first
  number first_ = 0;            // of the first record
  boost::unordered_flat_set<number, by_id, by_id> numbers_;
};

}  // namespace counter
