#pragma once

#include "counter/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace http {

/// Whether the peer of a connection gets on: compares what it has done with the last look. Every
/// byte counts, because there are many connections: what is counted fits into 32 bits.
class peer_progress {
public:
  /// Looks at the bytes that the peer has yet to acknowledge; no send buffer has 4 GiB. Returns
  /// true if they are fewer than at the last look. Writability does not tell: the kernel reports it
  /// only when much of the send buffer is free, which takes a slow peer longer than a deadline.
  bool reads(std::size_t unacknowledged) noexcept {
    const auto before = std::exchange(unacknowledged_, static_cast<std::uint32_t>(unacknowledged));
    return unacknowledged_ < before;
  }

  /// Returns true if at the last look nothing was left to acknowledge.
  bool has_read_all() const noexcept { return unacknowledged_ == 0; }

  /// Looks at the bytes of the body that has begun. Returns true if they have arrived at
  /// limits::body_bytes_per_second_min since the last look, which was `time` ago.
  bool writes(std::size_t body_bytes, std::chrono::duration<double> time) noexcept {
    const auto expected = time.count() * counter::limits::body_bytes_per_second_min;
    const auto now = static_cast<std::uint32_t>(body_bytes);
    return now - std::exchange(body_bytes_, now) >= expected;
  }

private:
  std::uint32_t unacknowledged_ = 0;
  std::uint32_t body_bytes_ = 0;
};

}  // namespace http
