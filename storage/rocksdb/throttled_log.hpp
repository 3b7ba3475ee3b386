#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace storage {

/// Logs errors that may recur with every request: at most one line a second, and
/// drops the others. Thread-safe; does not block.
class throttled_log {
public:
  /// Each line begins with `subject`.
  explicit throttled_log(std::string subject);

  void error(const std::string& message) noexcept;

private:
  const std::string subject_;
  std::atomic<std::int64_t> last_ = 0;  // when, by the steady clock
};

}  // namespace storage
