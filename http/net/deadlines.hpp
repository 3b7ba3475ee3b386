#pragma once

#include "http/net/asio.hpp"
#include "http/net/loop_clock.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <array>
#include <chrono>
#include <cstddef>

namespace http {

/// Something that may take too long. Leaves its list when it is destroyed.
class timed : public boost::intrusive::list_base_hook<
                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  virtual ~timed() = default;

private:
  friend class deadlines;

  /// Its deadline passed; it is in no list any more.
  virtual void on_deadline() = 0;

  steady_clock::time_point expiry_;
};

/// The deadlines of one event loop. All waits of one kind take equally long, so
/// each kind is a queue in which what was set first expires first: to set, move
/// and clear a deadline costs two pointer swaps and no system call. The loop
/// waits no longer than until next(). Used on the loop's thread.
class deadlines {
public:
  enum kind : std::size_t {
    header,
    body,
    write,
    pause,
    idle,
    linger,
    drain_idle,
    accept,
    expiry_sweep,
    kinds
  };

  explicit deadlines(const loop_clock& clock) : clock_(clock) {}

  void set_duration(kind of, std::chrono::milliseconds duration) noexcept {
    durations_[of] = duration;
  }

  /// Expires `waiting` after the kind's duration from now; replaces what was
  /// set before.
  void set(timed& waiting, kind of);

  static void clear(timed& waiting) noexcept;

  /// When the first one passes, or the end of time.
  steady_clock::time_point next() const noexcept;

  /// Tells those whose deadline has passed by `now`; within a pass.
  void expire(steady_clock::time_point now);

private:
  using list = boost::intrusive::list<timed, boost::intrusive::constant_time_size<false>>;

  std::array<list, kinds> lists_;
  std::array<std::chrono::milliseconds, kinds> durations_{};
  const loop_clock& clock_;
};

}  // namespace http
