#pragma once

#include "http/asio.hpp"
#include "http/courier.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace http {

/// A connection in a ready_set.
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

/// Which connections of an event loop can be read or written: an edge-triggered
/// epoll set (epoll(7)) inside Asio's. A connection is registered once, where
/// Asio's reactor makes a system call before each wait, and one call tells of
/// all that are ready: they are a pass of the loop. Used on the loop's thread.
class ready_set {
public:
  ready_set(asio::io_context& io, http::courier& courier);

  void start() { wait(); }

  /// Tells `connection` of what is there and from now on of what changes, until
  /// the descriptor is closed. Again: once more of what is there. False when the
  /// kernel has no room for it.
  bool watch(int descriptor, pollable& connection);

private:
  using epoll_descriptor = asio::posix::basic_stream_descriptor<executor>;

  void wait();
  void run_passes();
  int run_pass();

  epoll_descriptor set_;
  http::courier& courier_;
};

}  // namespace http
