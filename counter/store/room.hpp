#pragma once

#include "counter/store/priority.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace counter {

/// How many more operations of each priority a mailbox takes.
class room {
public:
  /// Any number.
  constexpr room() noexcept { left_.fill(SIZE_MAX); }

  /// The room of a mailbox with `queued` operations that takes `limit`: half of it for `bulk`, nine
  /// tenths for `usual`, all of it for `retry`.
  constexpr room(std::size_t queued, std::size_t limit) noexcept
      : left_{left(queued, limit / 2), left(queued, limit - limit / 10), left(queued, limit)} {}

  /// The room of a mailbox that takes `limit`, whatever the priority.
  static constexpr room of_equals(std::size_t queued, std::size_t limit) noexcept {
    room equal;
    equal.left_.fill(left(queued, limit));
    return equal;
  }

  constexpr std::size_t of(priority priority) const noexcept {
    return left_[static_cast<std::size_t>(priority)];
  }

private:
  static constexpr std::size_t left(std::size_t queued, std::size_t limit) noexcept {
    return queued < limit ? limit - queued : 0;
  }

  std::array<std::size_t, priorities> left_{};
};

}  // namespace counter
