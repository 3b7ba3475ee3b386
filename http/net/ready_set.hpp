#pragma once

#include "http/net/steady_clock.hpp"

#include <array>
#include <cstddef>

#include <sys/epoll.h>

namespace http {

/// The owner of a descriptor in a ready_set. It must be destroyed no earlier than the descriptor is
/// closed, and not between wait() and the end of dispatch() unless by its own on_ready().
class pollable {
public:
  virtual ~pollable() = default;

  struct readiness {
    bool readable;  ///< a read returns bytes, the end of the stream or an error
    bool writable;
    bool ended;  ///< the peer has ended its side of the stream, or the connection is broken
  };
  /// Called by ready_set::dispatch() on the loop's thread. May destroy this object.
  virtual void on_ready(readiness now) = 0;
};

/// The descriptors of one event loop: an edge-triggered epoll set (epoll(7)). A descriptor is added
/// once; the kernel removes it when it is closed. The constructor throws
/// boost::system::system_error. Used on the loop's thread.
///
///     wait(duration); dispatch(); again
class ready_set {
public:
  ready_set();
  ~ready_set();
  ready_set(const ready_set&) = delete;
  ready_set& operator=(const ready_set&) = delete;

  /// Adds `descriptor` and borrows `owner`. on_ready() reports the current readiness, then each
  /// change, until the descriptor is closed. If it is in the set already, reports the current
  /// readiness once more. Returns false, with errno set, if the kernel is out of memory or watches.
  bool watch(int descriptor, pollable& owner);

  /// Does the same for a socket that listens and is in the sets of other event loops, too: a
  /// connection wakes one of those that wait (EPOLLEXCLUSIVE, epoll_ctl(2)).
  bool watch_shared(int descriptor, pollable& owner);

  /// Removes a descriptor that others hold open.
  void forget(int descriptor) noexcept;

  /// Waits until a descriptor is ready, for at most `duration`. Returns false if more may be ready
  /// than one wait() can find.
  bool wait(steady_clock::duration duration);

  /// Calls on_ready() for each descriptor that the last wait() found. During the call no pollable
  /// may be destroyed except the one whose on_ready() runs.
  void dispatch();

private:
  /// Large enough that the fixed cost of a pass is spread over many connections.
  static constexpr std::size_t ready_max = 512;

  const int set_;
  std::array<epoll_event, ready_max> ready_;
  std::size_t ready_count_ = 0;
};

}  // namespace http
