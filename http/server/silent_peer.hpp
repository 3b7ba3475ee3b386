#pragma once

#include "http/net/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace http {

/// Tells whether the peer of a stream, to which little is written at a time, has vanished, or reads
/// no more: what was written at one look is not acknowledged, nor any part of it, at the next two.
/// Once may be chance, because a Unix socket counts the memory of its buffers and not bytes.
/// TCP_USER_TIMEOUT does not serve: it ends the connection of a slow peer whose window opens by
/// less than a segment at a time.
class silent_peer {
public:
  /// `bytes` were just written. Looks now and then, `patience` apart at least; returns true if the
  /// peer is silent. Wraps around: only differences matter.
  bool is_silent(std::size_t bytes, const transport& transport,
                 std::chrono::steady_clock::duration patience) noexcept {
    written_ += static_cast<std::uint32_t>(bytes);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_)
      return false;
    next_look_ = now + patience;
    const auto unacknowledged = static_cast<std::uint32_t>(transport.unacknowledged());
    const bool is_silent = awaits_ && written_ - unacknowledged == acknowledged_;
    silent_looks_ = is_silent ? silent_looks_ + 1 : 0;
    awaits_ = unacknowledged > 0;
    acknowledged_ = written_ - unacknowledged;
    return silent_looks_ >= silent_looks_max;
  }

private:
  static constexpr unsigned silent_looks_max = 2;

  std::chrono::steady_clock::time_point next_look_{};
  std::uint32_t written_ = 0;
  std::uint32_t acknowledged_ = 0;
  unsigned silent_looks_ = 0;
  bool awaits_ = false;
};

}  // namespace http
