#pragma once

#include "http/net/asio.hpp"

#include <array>
#include <cstddef>

#include <sys/epoll.h>

namespace http {

/// Something with a descriptor in a ready_set.
class pollable {
public:
  virtual ~pollable() = default;

  struct readiness {
    bool readable;  ///< bytes, the end or an error are there
    bool writable;
    bool ended;  ///< the peer sends nothing more, or is gone
  };
  virtual void on_ready(readiness now) = 0;
};

/// What an event loop waits for: an edge-triggered epoll set (epoll(7)). A
/// descriptor is registered once, and one call waits for all and tells which are
/// ready. Used on the loop's thread.
class ready_set {
public:
  ready_set();
  ~ready_set();
  ready_set(const ready_set&) = delete;
  ready_set& operator=(const ready_set&) = delete;

  /// Tells `watched` of what is there and from now on of what changes, until
  /// the descriptor is closed. Again: once more of what is there. False when the
  /// kernel has no room for it.
  bool watch(int descriptor, pollable& watched);

  /// Waits until some are ready, for at most `duration`. False when there may be
  /// more of them than it has found.
  bool wait(steady_clock::duration duration);

  /// Tells those that the last wait() found. None but they may end meanwhile.
  void tell();

private:
  /// What one wait finds: enough that a pass is worth its end.
  static constexpr std::size_t ready_max = 512;

  const int set_;
  std::array<epoll_event, ready_max> ready_;
  std::size_t ready_count_ = 0;
};

}  // namespace http
