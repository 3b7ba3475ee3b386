#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <signal.h>

namespace process {

/// A SIGHUP that arrives before stop_signals waits for it must not end the process: call
/// block_hangup() first of all. A program without stop_signals calls unblock_hangup().
void block_hangup() noexcept;
void unblock_hangup() noexcept;

/// SIGTERM and SIGINT, from the first instant to the last. Construct one before there are
/// threads and before anything is started; destroy it last.
///
/// A thread waits for the signals, which are blocked in all others. The first one
///   - ends the process at once, with exit code 0, before complete_start(): a start has
///     acknowledged nothing, so that is as safe as a kill;
///   - otherwise makes wait() return. After the delay, if there is one, the process has
///     limits::exit_timeout to end by itself; then this ends it.
/// If there is a delay, the second one ends that, and the third one the process. Without, the
/// second one ends the process at once, as the signal does by default. SIGHUP calls `hangup`;
/// without one it is ignored, with a line in the log. A stderr that nobody reads delays none of
/// this.
class stop_signals {
public:
  /// Calls `tick` about every ten seconds, and `hangup` for each SIGHUP, until a signal arrives, on
  /// the thread of the signals, which they must not block; null: nothing is called. Throws
  /// std::runtime_error, of one line, if there can be no thread.
  explicit stop_signals(std::function<void()> tick = {}, std::function<void()> hangup = {});
  /// Ends the thread.
  ~stop_signals();

  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  /// From now on a signal makes wait() return. Call it before anybody is told that the server
  /// listens.
  void complete_start() noexcept { is_starting_ = false; }

  /// Waits for a signal, or fail(), and returns the signal's number.
  int wait() const;

  /// Sets how long the process goes on serving after a signal. Call it before complete_start().
  void set_delay(std::chrono::milliseconds delay) noexcept { delay_ = delay; }

  /// Waits for the end of the delay, after wait(). fail() ends it, too.
  void wait_for_delay() const { is_delayed_.wait(true); }

  /// Does what SIGTERM does, but the exit code is EXIT_FAILURE. A start is not ended: wait()
  /// will return at once. Thread-safe.
  void fail() noexcept;
  bool has_failed() const noexcept { return has_failed_; }

private:
  int next_signal() const;
  void run();
  int exit_code() const noexcept;

  const std::function<void()> tick_;
  const std::function<void()> hangup_;
  sigset_t set_;
  sigset_t awaited_;  // set_ and SIGHUP
  std::atomic<bool> is_starting_ = true;
  std::atomic<bool> has_failed_ = false;
  std::atomic<bool> is_over_ = false;
  std::chrono::milliseconds delay_{0};
  std::atomic<bool> is_delayed_ = true;  // until the delay is over
  std::atomic<int> received_ = 0;
  std::thread thread_;
};

}  // namespace process
