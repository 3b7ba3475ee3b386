#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace http::live {

/// The streams of all event loops of a server, and the counters that they watch. Wait-free and
/// thread-safe.
class stream_budget {
public:
  /// At most so many streams may watch so many counters, one that two streams watch counted twice.
  stream_budget(std::size_t streams_max, std::size_t watched_max) noexcept
      : streams_max_(streams_max),
        watched_max_(watched_max) {}

  /// Gives back the room of one stream.
  void give_back(std::size_t watched) noexcept {
    streams_.fetch_sub(1, std::memory_order_relaxed);
    watched_.fetch_sub(watched, std::memory_order_relaxed);
  }

  std::size_t streams() const noexcept { return streams_.load(std::memory_order_relaxed); }
  std::size_t watched() const noexcept { return watched_.load(std::memory_order_relaxed); }

private:
  friend class stream_room;

  const std::size_t streams_max_;
  const std::size_t watched_max_;
  std::atomic<std::size_t> streams_ = 0;
  std::atomic<std::size_t> watched_ = 0;
};

/// The room of one stream, which is given back when it is destroyed, unless it is released.
class stream_room {
public:
  /// Takes room for a stream that watches `watched` counters. Returns nullopt if there is none.
  static std::optional<stream_room> take(stream_budget& from, std::size_t watched) noexcept {
    stream_room room{from, watched};
    const bool has_room = from.streams_.fetch_add(1, std::memory_order_relaxed) < from.streams_max_;
    if (from.watched_.fetch_add(watched, std::memory_order_relaxed) + watched > from.watched_max_ ||
        !has_room)
      return std::nullopt;
    return room;
  }

  stream_room(stream_room&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)),
        watched_(other.watched_) {}
  stream_room& operator=(stream_room&&) = delete;
  ~stream_room() {
    if (from_ != nullptr)
      from_->give_back(watched_);
  }

  /// Returns the counters that the stream watches. From now on, its owner gives the room back.
  std::uint32_t release() noexcept {
    from_ = nullptr;
    return static_cast<std::uint32_t>(watched_);
  }

private:
  stream_room(stream_budget& from, std::size_t watched) noexcept
      : from_(&from),
        watched_(watched) {}

  stream_budget* from_;
  const std::size_t watched_;
};

}  // namespace http::live
