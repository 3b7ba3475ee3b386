#include "process/service_manager.hpp"

#include "counter/limits.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace process {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// What each request for more time adds, and how often there is one: a few may be lost.
constexpr std::chrono::seconds extension{30};
constexpr std::chrono::seconds extension_pause{5};

std::uint64_t number_in(const char* variable) {
  const char* text = std::getenv(variable);
  std::uint64_t number = 0;
  if (text != nullptr)
    std::from_chars(text, text + std::strlen(text), number);
  return number;
}

std::string extend_by(milliseconds time) {
  return "EXTEND_TIMEOUT_USEC=" + std::to_string(microseconds{time}.count());
}

/// CLOCK_MONOTONIC, by which the manager tells one reload from another.
std::string monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

}  // namespace

service_manager::service_manager() {
  const char* address = std::getenv("NOTIFY_SOCKET");
  // Other kinds of addresses are for virtual machines.
  if (address == nullptr || (address[0] != '/' && address[0] != '@') ||
      std::strlen(address) >= sizeof sockaddr_un::sun_path)
    return;
  address_ = address;
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const microseconds watchdog{number_in("WATCHDOG_USEC")};
  const auto watched = number_in("WATCHDOG_PID");
  has_watchdog_ =
      watchdog.count() > 0 && (watched == 0 || watched == static_cast<std::uint64_t>(::getpid()));
  if (has_watchdog_)
    period_ = std::clamp(std::chrono::duration_cast<milliseconds>(watchdog / 3), milliseconds{1},
                         period_);
}

service_manager::~service_manager() {
  if (socket_ >= 0)
    ::close(socket_);
}

void service_manager::beat() {
  const counter::mutex_lock lock{mutex_};
  if (!unsent_.empty())
    send({});
  const auto now = clock::now();
  if (phase_ == phase::running && has_watchdog_ && is_alive_())
    try_send("WATCHDOG=1");
  if (phase_ != phase::starting || now < next_extension_ ||
      now - start_ > counter::limits::start_extension_max)
    return;
  next_extension_ = now + extension_pause;
  try_send(extend_by(extension));
}

void service_manager::ready(const std::string& status, std::function<bool()> is_alive) {
  const counter::mutex_lock lock{mutex_};
  phase_ = phase::running;
  is_alive_ = std::move(is_alive);
  send("READY=1\nSTATUS=" + status);
}

void service_manager::reloading() {
  const counter::mutex_lock lock{mutex_};
  send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void service_manager::reloaded(const std::string& status) {
  const counter::mutex_lock lock{mutex_};
  send("READY=1\nSTATUS=" + status);
}

void service_manager::stopping(const std::string& status, milliseconds time) {
  const counter::mutex_lock lock{mutex_};
  phase_ = phase::stopping;
  is_alive_ = nullptr;
  send("STOPPING=1\nSTATUS=" + status + "\n" + extend_by(time));
}

/// Sends what has not been sent, and then `message`. A state replaces the one before it, so one
/// message is all that is ever kept.
void service_manager::send(std::string message) {
  if (message.empty())
    message = std::exchange(unsent_, {});
  unsent_.clear();
  if (!try_send(message))
    unsent_ = std::move(message);
}

/// Returns false if it is to be tried again.
bool service_manager::try_send(std::string_view message) const noexcept {
  if (socket_ < 0)
    return true;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  // An abstract address begins with a zero byte, and has none at its end.
  if (address_[0] == '@')
    address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const auto sent = ::sendto(socket_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), size);
  return sent >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace process
