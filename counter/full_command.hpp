#pragma once

#include "counter/command.hpp"
#include "counter/condition.hpp"
#include "counter/parameters.hpp"
#include "counter/state.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace counter {

/// Everything that can be asked of one counter. The idempotency key, the
/// condition and the operation are decided in this order, in one step.
struct full_command {
  std::string name;  ///< valid as by is_valid_name()
  counter::parameters parameters{};
  counter::condition condition{};
  /// Empty: none. A command that changes something and succeeds is remembered
  /// with its reply; sent again with the same name, key and position it is not
  /// carried out again. Visible ASCII; ignored by reads.
  std::string idempotency_key{};
  /// Of the operation in its batch; apart from all of these: a single request.
  static constexpr std::uint16_t single = 0xffff;
  std::uint16_t position = single;

  /// Whether its key counts.
  bool is_keyed() const noexcept {
    return !idempotency_key.empty() && parameters.operation != operation::get;
  }
};

/// Everything that can be answered.
struct full_reply {
  counter::outcome outcome = outcome::ok;
  bool is_replayed = false;  ///< it is what was answered the first time
  /// What the counter was and is; null where it did not, or does not, exist. They
  /// are the same unless something changed.
  std::optional<state> before{};
  std::optional<state> after{};

  bool operator==(const full_reply&) const = default;
};

}  // namespace counter
