#include "process/stop_signals.hpp"

#include "counter/limits.hpp"
#include "process/bounded_call.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace process {

namespace {

/// A stderr that blocks must delay no signal.
constexpr std::chrono::milliseconds log_patience{100};

constexpr std::chrono::seconds tick_period{10};

const char* name_of(int signal) {
  return signal == SIGINT ? "SIGINT" : "SIGTERM";
}

/// Returns a signal of the set; 0 if none arrives in this time.
int wait_for(const sigset_t& set, std::chrono::milliseconds time) {
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

stop_signals::stop_signals(std::function<void()> tick, std::function<void()> hangup)
    : tick_(std::move(tick)),
      hangup_(std::move(hangup)) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit of length is a full disk: EFBIG
  std::signal(SIGTTOU, SIG_IGN);  // `stty tostop` would stop a background job that logs
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

int stop_signals::wait() const {
  received_.wait(0);
  return received_;
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

int stop_signals::next_signal() const {
  using std::chrono::steady_clock;
  auto next_tick = steady_clock::now() + tick_period;
  for (;;) {
    const int signal = wait_for(
        awaited_, std::chrono::ceil<std::chrono::milliseconds>(next_tick - steady_clock::now()));
    if (signal == SIGHUP && hangup_)
      hangup_();
    else if (signal == SIGHUP)
      call_within(log_patience,
                  [] { spdlog::info("ignoring SIGHUP: flags are read only at the start"); });
    else if (signal != 0)
      return signal;
    if (steady_clock::now() < next_tick)
      continue;
    next_tick = steady_clock::now() + tick_period;
    if (tick_)
      tick_();
  }
}

void stop_signals::run() {
  auto signal = next_signal();
  if (is_over_)
    return;
  if (is_starting_ && !has_failed_) {
    call_within(log_patience, [signal] {
      spdlog::info("stopping on {} before the start is complete", name_of(signal));
    });
    std::_Exit(EXIT_SUCCESS);
  }
  // First: a failure must send no second signal where there is no delay to end.
  is_delayed_ = delay_.count() > 0 && !has_failed_;
  received_ = signal;
  received_.notify_all();
  if (is_delayed_) {
    wait_for(set_, delay_);
    is_delayed_ = false;
    is_delayed_.notify_all();
  }
  if (is_over_)
    return;
  signal = wait_for(set_, counter::limits::exit_timeout - log_patience);
  if (is_over_)
    return;
  if (signal != 0) {
    std::signal(signal, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
    ::raise(signal);
    std::_Exit(EXIT_FAILURE);  // the first process of a container has no default
  }
  call_within(log_patience, [] {
    spdlog::warn(
        "the server does not finish in time: ending as a kill does; no acknowledged change "
        "is lost, and a request without a response may have been carried out or not");
  });
  std::_Exit(exit_code());
}

}  // namespace process
