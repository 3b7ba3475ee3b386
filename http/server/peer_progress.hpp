#pragma once

#include "counter/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace http {

/// Tells whether the peer of a connection still reads and writes. Each function takes a count of
/// bytes, compares it with the count of the call before, and remembers it. It remembers 32 bits,
/// because there are many connections.
class peer_progress {
public:
  /// Takes the bytes that the peer has yet to acknowledge; no send buffer has 4 GiB. Returns true
  /// if they are fewer than before. Writability does not tell: the kernel reports it only when much
  /// of the send buffer is free, which takes a slow peer longer than a deadline.
  bool reads(std::size_t unacknowledged) noexcept {
    const auto before = std::exchange(unacknowledged_, static_cast<std::uint32_t>(unacknowledged));
    return unacknowledged_ < before;
  }

  /// Returns true if reads() was last called with 0.
  bool has_read_all() const noexcept { return unacknowledged_ == 0; }

  /// Takes the bytes of the body that have arrived. Returns true if they have come at
  /// limits::body_bytes_per_second_min since the call before, which was `time` ago.
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
