#pragma once

#include "counter/mutex.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace process {

/// Tells systemd, or another manager that sets NOTIFY_SOCKET, how the service gets on
/// (sd_notify(3)); does nothing without one. A message is one datagram, which is never waited for:
/// what the manager has no room for is sent again with the next beat. Thread-safe.
class service_manager {
public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. Call it before there are threads.
  service_manager();
  ~service_manager();
  service_manager(const service_manager&) = delete;
  service_manager& operator=(const service_manager&) = delete;

  /// How often beat() is to be called: at most a second.
  std::chrono::milliseconds period() const noexcept { return period_; }

  /// Gives a sign of life. Before ready(): asks for more time to start, for up to
  /// limits::start_extension_max. From then on: feeds the watchdog, if the service is alive.
  void beat();

  /// The service has started. `is_alive` is thread-safe and does not block; beat() calls it until
  /// stopping().
  void ready(const std::string& status, std::function<bool()> is_alive);

  /// The service reads its configuration; then it is ready again.
  void reloading();
  void reloaded(const std::string& status);

  /// The service ends, within `time`.
  void stopping(const std::string& status, std::chrono::milliseconds time);

private:
  enum class phase { starting, running, stopping };
  using clock = std::chrono::steady_clock;

  void send(std::string message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool try_send(std::string_view message) const noexcept;

  const clock::time_point start_ = clock::now();
  std::string address_;  // of the manager's socket; empty: there is none
  int socket_ = -1;
  bool has_watchdog_ = false;
  std::chrono::milliseconds period_{1'000};
  counter::mutex mutex_;
  phase phase_ ABSL_GUARDED_BY(mutex_) = phase::starting;
  std::function<bool()> is_alive_ ABSL_GUARDED_BY(mutex_);
  std::string unsent_ ABSL_GUARDED_BY(mutex_);
  clock::time_point next_extension_ ABSL_GUARDED_BY(mutex_) = clock::now();
};

}  // namespace process
