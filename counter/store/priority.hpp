#pragma once

#include "counter/call.hpp"

#include <cstddef>
#include <cstdint>

namespace counter {

/// In which order a store that has too much to do refuses: the first ones first.
enum class priority : std::uint8_t {
  bulk,   ///< costs as much as hundreds of others: lists, large batches, backups
  usual,  ///< a command, or a batch of up to limits::small_batch_max
  /// The same with an idempotency key or If-Match: whoever sends it will send it again until it is
  /// done, so to do it relieves the store.
  retry,
};

inline constexpr std::size_t priorities = static_cast<std::size_t>(priority::retry) + 1;

/// Returns the priority of what a client sends. A short command is `usual`. The binding of a key
/// has that of its batch, so that no key is bound for a batch that is then refused.
priority priority_of(const request& sent) noexcept;
priority priority_of(const command_list& commands) noexcept;

}  // namespace counter
