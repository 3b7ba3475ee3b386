#pragma once

#include "counter/mutex.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <thread>

#include <signal.h>

namespace process {

/// A SIGHUP that arrives before stop_signals waits for it must not end the process: call
/// block_hangup() first of all. A program without stop_signals calls unblock_hangup().
void block_hangup() noexcept;
void unblock_hangup() noexcept;

/// SIGTERM, SIGINT and SIGHUP, from the first instant to the last. Construct one before there are
/// threads and before anything is started; destroy it last.
///
/// A thread waits for the signals, which are blocked in all others. The first SIGTERM or SIGINT
///   - ends the process at once, with exit code 0, before complete_start(): a start has
///     acknowledged nothing, so that is as safe as a kill;
///   - otherwise makes wait() return `stop`. After the delay, if there is one, the process has
///     limits::exit_timeout to end by itself; then this ends it.
/// If there is a delay, the second one ends that, and the third one the process. Without, the
/// second one ends the process at once, as the signal does by default. A SIGHUP makes wait() return
/// `hangup`. Nothing of this waits for the caller of wait(), or for somebody to read stderr.
class stop_signals {
public:
  enum class event {
    none,
    hangup,  ///< one SIGHUP or more since the last
    stop     ///< from now on
  };

  /// Calls `beat` every `period` until the end, on the thread of the signals, which it must not
  /// block; null: nothing is called. Throws std::runtime_error, of one line, if there can be no
  /// thread.
  explicit stop_signals(std::function<void()> beat = {},
                        std::chrono::milliseconds period = std::chrono::seconds{1});
  /// Ends the thread.
  ~stop_signals();

  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  /// From now on a signal makes wait() return. Call it before anybody is told that the server
  /// listens.
  void complete_start() noexcept { is_starting_ = false; }

  /// Waits for a signal, or fail(); returns `none` after this time. A SIGHUP that came before
  /// complete_start() counts.
  event wait(std::chrono::milliseconds time);

  /// Returns the name of the signal that stops the process, once wait() has returned `stop`.
  const char* name() const noexcept;

  /// Sets how long the process goes on serving after a signal. Thread-safe; without effect after
  /// the signal.
  void set_delay(std::chrono::milliseconds delay) noexcept { delay_ = delay; }

  /// Returns the delay that began with the signal, once wait() has returned `stop`.
  std::chrono::milliseconds delay() const noexcept { return begun_delay_; }

  /// Waits for the end of the delay, after wait() has returned `stop`; returns false after this
  /// time. fail() ends the delay, too.
  bool wait_for_delay(std::chrono::milliseconds time);

  /// Does what SIGTERM does, but the exit code is EXIT_FAILURE. A start is not ended: wait()
  /// will return at once. Thread-safe.
  void fail() noexcept;
  bool has_failed() const noexcept { return has_failed_; }

private:
  using clock = std::chrono::steady_clock;

  int next_signal(const sigset_t& set, clock::time_point end);
  int next_stop();
  void tell(event what) noexcept;
  void end_delay() noexcept;
  void run();
  int exit_code() const noexcept;

  const std::function<void()> beat_;
  const std::chrono::milliseconds period_;
  clock::time_point next_beat_ = clock::now();
  sigset_t set_;
  sigset_t awaited_;  // set_ and SIGHUP
  std::atomic<bool> is_starting_ = true;
  std::atomic<bool> has_failed_ = false;
  std::atomic<bool> is_over_ = false;
  std::atomic<std::chrono::milliseconds> delay_{std::chrono::milliseconds{0}};
  std::atomic<std::chrono::milliseconds> begun_delay_{std::chrono::milliseconds{0}};
  std::atomic<bool> is_delayed_ = true;  // until the delay is over
  std::atomic<int> received_ = 0;
  counter::mutex mutex_;
  std::condition_variable_any told_;
  event event_ ABSL_GUARDED_BY(mutex_) = event::none;
  std::thread thread_;
};

}  // namespace process
