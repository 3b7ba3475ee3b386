#pragma once

#include "http/net/loop_clock.hpp"
#include "http/net/steady_clock.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <array>
#include <chrono>
#include <cstddef>

namespace http {

/// An object that can have one deadline. Its destructor clears the deadline.
class timed : public boost::intrusive::list_base_hook<
                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  virtual ~timed() = default;

private:
  friend class deadlines;

  /// Called by deadlines::expire() after the deadline is cleared. May set a new one, and may
  /// destroy this object.
  virtual void on_deadline() = 0;

  steady_clock::time_point expiry_;
};

/// The deadlines of one event loop. All deadlines of a kind have the same duration, so each kind is
/// a queue ordered by expiry: setting, moving or clearing a deadline takes constant time and no
/// system call. The loop waits until next() at most. Used on the loop's thread.
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
    stream_ping,
    kinds
  };

  explicit deadlines(const loop_clock& clock) : clock_(clock) {}

  /// Call it before the first set() of this kind: deadlines already set do not move.
  void set_duration(kind timeout, std::chrono::milliseconds duration) noexcept {
    durations_[timeout] = duration;
  }

  /// Sets the deadline of `object` to the loop clock's time plus the duration of `timeout`, and
  /// clears its previous deadline of any kind. Borrows `object`.
  void set(timed& object, kind timeout);

  /// Does nothing if `object` has no deadline.
  static void clear(timed& object) noexcept;

  /// Returns the earliest deadline; time_point::max() if there is none.
  steady_clock::time_point next() const noexcept;

  /// Calls on_deadline() for each deadline at or before `now`. Call it within a pass of
  /// the loop.
  void expire(steady_clock::time_point now);

private:
  using list = boost::intrusive::list<timed, boost::intrusive::constant_time_size<false>>;

  std::array<list, kinds> lists_;
  std::array<std::chrono::milliseconds, kinds> durations_{};
  const loop_clock& clock_;
};

}  // namespace http
