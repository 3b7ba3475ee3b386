#include "http/server/failure_log.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <utility>

namespace http {

namespace {

constexpr std::chrono::seconds pause{1};

}  // namespace

void failure_log::add() {
  if (count_++ == 0)
    timers_.add(pause, [this] { write(); });
}

void failure_log::write() {
  if (const auto count = std::exchange(count_, 0); count > 0)
    spdlog::warn("{} without a valid token {} refused (401)",
                 count == 1 ? std::string{"a request"} : std::to_string(count) + " requests",
                 count == 1 ? "was" : "were");
}

}  // namespace http
