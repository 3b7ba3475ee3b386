#pragma once

#include "http/net/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace http {

/// Tells whether the peer of a stream, to which little is written at a time, has vanished: nothing
/// of what was written at one look is acknowledged at the next one. A slow peer acknowledges
/// something. TCP_USER_TIMEOUT does not serve: it ends the connection of a peer whose window opens
/// by less than a segment at a time.
class silent_peer {
public:
  /// `bytes` were just written. Looks now and then, `patience` apart at least; returns true if the
  /// peer was silent since the last look. Wraps around: only differences matter.
  bool is_silent(std::size_t bytes, const transport& transport,
                 std::chrono::steady_clock::duration patience) noexcept {
    written_ += static_cast<std::uint32_t>(bytes);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_)
      return false;
    next_look_ = now + patience;
    const auto unacknowledged = static_cast<std::uint32_t>(transport.unacknowledged());
    const bool is_silent = awaits_ && written_ - unacknowledged == acknowledged_;
    awaits_ = unacknowledged > 0;
    acknowledged_ = written_ - unacknowledged;
    return is_silent;
  }

private:
  std::chrono::steady_clock::time_point next_look_{};
  std::uint32_t written_ = 0;
  std::uint32_t acknowledged_ = 0;
  bool awaits_ = false;
};

}  // namespace http
