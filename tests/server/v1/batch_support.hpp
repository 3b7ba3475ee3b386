#pragma once

#include "tests/server/support/client.hpp"
#include "tests/server/v1/support.hpp"

#include <string>
#include <vector>

namespace support {

/// Returns the operation `count` times, with `%` replaced by 0, 1, 2, ...
inline std::string repeated(const std::string& operation, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    auto next = operation;
    for (auto at = next.find('%'); at != next.npos; at = next.find('%'))
      next.replace(at, 1, std::to_string(i));
    all += (i > 0 ? "," : "") + next;
  }
  return all;
}

/// Sends a batch and returns its results; throws if it is refused.
inline std::vector<json::object> ask_batch(client& connection, const std::string& operations,
                                           const std::string& fields = {}) {
  return results_of(connection.ask(batch_of(operations, fields)));
}

inline std::vector<int> statuses_of(const std::vector<json::object>& results) {
  std::vector<int> all;
  for (const auto& result : results)
    all.push_back(static_cast<int>(integer_at(result, "status")));
  return all;
}

}  // namespace support
