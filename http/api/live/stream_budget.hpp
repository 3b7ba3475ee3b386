#pragma once

#include <atomic>
#include <cstddef>

namespace http::live {

/// The streams of all event loops of a server, and the counters that they watch. Wait-free and
/// thread-safe.
class stream_budget {
public:
  /// At most so many streams may watch so many counters, one that two streams watch counted twice.
  stream_budget(std::size_t streams_max, std::size_t watched_max) noexcept
      : streams_max_(streams_max),
        watched_max_(watched_max) {}

  /// Takes a stream that watches `watched` counters. Returns false if there is no room.
  bool take(std::size_t watched) noexcept {
    const bool has_room = streams_.fetch_add(1, std::memory_order_relaxed) < streams_max_;
    if (watched_.fetch_add(watched, std::memory_order_relaxed) + watched <= watched_max_ &&
        has_room)
      return true;
    give_back(watched);
    return false;
  }

  void give_back(std::size_t watched) noexcept {
    streams_.fetch_sub(1, std::memory_order_relaxed);
    watched_.fetch_sub(watched, std::memory_order_relaxed);
  }

  std::size_t streams() const noexcept { return streams_.load(std::memory_order_relaxed); }
  std::size_t watched() const noexcept { return watched_.load(std::memory_order_relaxed); }

private:
  const std::size_t streams_max_;
  const std::size_t watched_max_;
  std::atomic<std::size_t> streams_ = 0;
  std::atomic<std::size_t> watched_ = 0;
};

}  // namespace http::live
