#include "process/stop_signals.hpp"

#include "counter/limits.hpp"
#include "process/patient_log.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace process {

namespace {

/// How much of limits::exit_timeout is left for a last line in the log.
constexpr std::chrono::milliseconds log_patience{100};

const char* name_of(int signal) {
  return signal == SIGINT ? "SIGINT" : "SIGTERM";
}

/// Returns a signal of the set; 0 if none arrives in this time.
int wait_for(const sigset_t& set, std::chrono::nanoseconds time) {
  using namespace std::chrono;
  const auto end = steady_clock::now() + time;
  for (;;) {
    const auto left = duration_cast<nanoseconds>(end - steady_clock::now());
    if (left <= nanoseconds::zero())
      return 0;
    const timespec timeout{static_cast<std::time_t>(left.count() / 1'000'000'000),
                           static_cast<long>(left.count() % 1'000'000'000)};
    // Also interrupted by a debugger.
    if (const int signal = ::sigtimedwait(&set, nullptr, &timeout); signal > 0)
      return signal;
  }
}

void mask_hangup(int how) noexcept {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  ::sigprocmask(how, &hangup, nullptr);
}

}  // namespace

void block_hangup() noexcept {
  mask_hangup(SIG_BLOCK);
}

void unblock_hangup() noexcept {
  mask_hangup(SIG_UNBLOCK);
}

stop_signals::stop_signals(std::function<void()> beat, std::chrono::milliseconds period)
    : beat_(std::move(beat)),
      period_(period) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit of length is a full disk: EFBIG
  std::signal(SIGTTOU, SIG_IGN);  // `stty tostop` would stop a background job that logs
  std::signal(SIGTTIN, SIG_IGN);  // so would a reload, if the config file is a terminal
  // A shell starts background jobs with SIGINT ignored.
  std::signal(SIGINT, SIG_DFL);
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  awaited_ = set_;
  sigaddset(&awaited_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &awaited_, nullptr);
  try {
    thread_ = std::thread{[this] { run(); }};
  } catch (const std::system_error& error) {
    throw std::runtime_error("the system permits no thread (ulimit -u, ulimit -v, pids.max): " +
                             error.code().message());
  }
}

stop_signals::~stop_signals() {
  is_over_ = true;
  // The thread waits for the signal, and returns.
  pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
  thread_.join();
}

stop_signals::event stop_signals::wait(std::chrono::milliseconds time) {
  const counter::mutex_lock lock{mutex_};
  told_.wait_for(mutex_, time,
                 [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return event_ != event::none; });
  return event_ == event::hangup ? std::exchange(event_, event::none) : event_;
}

bool stop_signals::wait_for_delay(std::chrono::milliseconds time) {
  const counter::mutex_lock lock{mutex_};
  return told_.wait_for(mutex_, time, [this] { return !is_delayed_; });
}

void stop_signals::end_delay() noexcept {
  {
    const counter::mutex_lock lock{mutex_};
    is_delayed_ = false;
  }
  told_.notify_all();
}

const char* stop_signals::name() const noexcept {
  return name_of(received_);
}

void stop_signals::tell(event what) noexcept {
  {
    const counter::mutex_lock lock{mutex_};
    if (event_ != event::stop)
      event_ = what;
  }
  told_.notify_all();
}

void stop_signals::fail() noexcept {
  has_failed_ = true;
  // Ends the wait for a signal, or the delay after it.
  if (is_delayed_)
    ::kill(::getpid(), SIGTERM);
}

int stop_signals::exit_code() const noexcept {
  return has_failed_ ? EXIT_FAILURE : EXIT_SUCCESS;
}

/// Returns a signal of `set`; 0 if none arrives until `end`. Beats meanwhile.
int stop_signals::next_signal(const sigset_t& set, clock::time_point end) {
  for (;;) {
    const auto until = beat_ ? std::min(end, next_beat_) : end;
    if (const int signal = wait_for(set, until - clock::now()); signal != 0)
      return signal;
    const auto now = clock::now();
    if (beat_ && now >= next_beat_) {
      next_beat_ = now + period_;
      beat_();
    }
    if (now >= end)
      return 0;
  }
}

/// Waits for SIGTERM or SIGINT.
int stop_signals::next_stop() {
  for (;;) {
    const int signal = next_signal(awaited_, clock::now() + std::chrono::hours{24});
    if (signal == SIGHUP)
      tell(event::hangup);
    else if (signal != 0)
      return signal;
  }
}

void stop_signals::run() {
  auto signal = next_stop();
  if (is_over_)
    return;
  if (is_starting_ && !has_failed_) {
    log_patiently(spdlog::level::info,
                  std::string{"stopping on "} + name_of(signal) + " before the start is complete");
    std::_Exit(EXIT_SUCCESS);
  }
  // First: a failure must send no second signal where there is no delay to end.
  const auto delay = delay_.load();
  is_delayed_ = delay.count() > 0 && !has_failed_;
  begun_delay_ = is_delayed_ ? delay : delay.zero();
  received_ = signal;
  tell(event::stop);
  if (is_delayed_) {
    next_signal(set_, clock::now() + delay);
    end_delay();
  }
  if (is_over_)
    return;
  signal = next_signal(set_, clock::now() + counter::limits::exit_timeout - log_patience);
  if (is_over_)
    return;
  if (signal != 0) {
    std::signal(signal, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
    ::raise(signal);
    std::_Exit(EXIT_FAILURE);  // the first process of a container has no default
  }
  log_patiently(
      spdlog::level::warn,
      "the server does not finish in time: ending as a kill does; no acknowledged change is lost, "
      "and a request without a response may have been carried out or not");
  std::_Exit(exit_code());
}

}  // namespace process
