#include "tokens/updates.hpp"

#include "process/bounded_call.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace tokens {

namespace {

constexpr std::chrono::milliseconds log_patience{100};

void log(spdlog::level::level_enum level, const std::string& line) {
  process::call_within(log_patience, [level, line] { spdlog::log(level, "{}", line); });
}

}  // namespace

void updates::begin(token_watch& watch, publisher publish) {
  const std::lock_guard lock{mutex_};
  watch_ = &watch;
  publish_ = std::move(publish);
}

void updates::check(bool now) {
  const std::lock_guard lock{mutex_};
  if (watch_ == nullptr)
    return;
  try {
    const auto tokens = watch_->check(now);
    if (!tokens)
      return;
    publish_(tokens);
    log(spdlog::level::info,
        "read " + std::to_string(tokens->size()) + " tokens from " + watch_->path());
  } catch (const std::exception& error) {
    log(spdlog::level::warn,
        std::string{"the tokens that were read before stay valid: "} + error.what());
  }
}

}  // namespace tokens
