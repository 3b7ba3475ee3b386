#include "storage/rocksdb/throttled_log.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace storage {

throttled_log::throttled_log(std::string subject) : subject_(std::move(subject)) {}

void throttled_log::error(const std::string& message) noexcept {
  using std::chrono::steady_clock;
  const auto now = steady_clock::now().time_since_epoch();
  auto last = last_.load();
  if (now - steady_clock::duration{last} >= std::chrono::seconds{1} &&
      last_.compare_exchange_strong(last, now.count()))
    spdlog::error("{}: {}", subject_, message);
}

}  // namespace storage
