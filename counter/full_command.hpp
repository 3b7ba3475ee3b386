#pragma once

#include "counter/command.hpp"
#include "counter/condition.hpp"
#include "counter/parameters.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace counter {

/// An operation on one counter with all its options. The idempotency key is checked
/// first, then the condition, then the operation is applied, all in one atomic step.
struct full_command {
  std::string name;  ///< valid by is_valid_name()
  counter::parameters parameters{};
  counter::condition condition{};
  /// Empty, or 1 to limits::idempotency_key_bytes_max of visible ASCII. A write that
  /// succeeds is remembered with its reply; a later one with the same name, key and
  /// position gets that reply and is not applied. With `forget_at` a write that
  /// is_definite_refusal() is remembered, too. Reads ignore the key.
  std::string idempotency_key{};
  /// How long the key is remembered at least; nullopt: as long as the store's default. Not
  /// part of what makes two requests the same: the first request of a key decides.
  std::optional<std::chrono::seconds> idempotency_ttl{};
  /// Set if the command belongs to a batch whose key is bound: the time at which the binding is
  /// forgotten. The TTL then has no effect. The command is remembered for
  /// limits::idempotency_grace longer, so that each binding applies it once. After that it is
  /// refused with `overloaded`.
  std::optional<time_point> forget_at{};
  /// The time at which that binding was made or found; the command is applied no earlier. A
  /// shard whose time is behind would otherwise repeat the replies of an earlier binding.
  time_point bound_at{};
  /// If not ok, the command only repeats the reply that its key has; without one it gets this
  /// outcome and changes nothing.
  counter::outcome if_unknown = outcome::ok;
  /// The index of the operation in its batch; `single` outside of a batch.
  static constexpr std::uint16_t single = 0xffff;
  static constexpr std::uint16_t whole_batch = 0xfffe;  ///< of `bind`
  std::uint16_t position = single;
  std::uint16_t bound_operations = 0;  ///< of `bind`: how many operations its batch has

  /// True if the command has a key and is not a read.
  bool is_keyed() const noexcept {
    return !idempotency_key.empty() && parameters.operation != operation::get;
  }
};

/// The reply to a full_command.
struct full_reply {
  counter::outcome outcome = outcome::ok;
  bool is_replayed = false;  ///< true if this repeats the reply stored for the key
  /// The counter before and after the operation; nullopt if it did not or does not
  /// exist. Equal unless something changed.
  std::optional<state> before{};
  std::optional<state> after{};
  /// The version that a deletion took; 0 if nothing was deleted, or by a program that gave
  /// deletions no version and stored this reply with an idempotency key.
  std::uint64_t deletion_version = 0;
  time_point forget_at{};  ///< of `bind`: when the key is forgotten
  time_point bound_at{};   ///< of `bind`: when it was applied

  bool operator==(const full_reply&) const = default;
};

}  // namespace counter
