#pragma once

#include "counter/limits.hpp"
#include "counter/store/priority.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace counter {

/// How many more operations of each priority a mailbox takes.
class room {
public:
  /// Any number.
  constexpr room() noexcept { left_.fill(SIZE_MAX); }

  /// The room of a mailbox with `queued` operations, whose shard carries out `fitting` within the
  /// longest delay: half of them for `bulk`, nine tenths for `usual`, all of them for `retry`.
  ///
  /// However fast the shard is, limits::shard_operations_max bounds it. There `bulk` is no worse
  /// than `usual`, because nobody waits long behind it; `retry` has a tenth more.
  constexpr room(std::size_t queued, std::size_t fitting) noexcept
      : left_{left(queued, std::min(fitting / 2, most)),
              left(queued, std::min(fitting - fitting / 10, most)),
              left(queued, std::min(fitting, most + most / 10))} {}

  constexpr std::size_t of(priority priority) const noexcept {
    return left_[static_cast<std::size_t>(priority)];
  }

private:
  static constexpr auto most = limits::shard_operations_max;

  static constexpr std::size_t left(std::size_t queued, std::size_t limit) noexcept {
    return queued < limit ? limit - queued : 0;
  }

  std::array<std::size_t, priorities> left_{};
};

}  // namespace counter
