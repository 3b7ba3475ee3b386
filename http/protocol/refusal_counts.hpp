#pragma once

#include "http/protocol/status.hpp"

#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace http {

/// Counts the refused messages of a server, by status. Wait-free and thread-safe.
class refusal_counts {
public:
  /// The statuses of all refusals, in ascending order.
  static constexpr std::array statuses{
      status::bad_request,
      status::method_not_allowed,
      status::request_timeout,
      status::content_too_large,
      status::uri_too_long,
      status::expectation_failed,
      status::header_fields_too_large,
      status::not_implemented,
      status::service_unavailable,
      status::http_version_not_supported,
  };

  /// Precondition: `code` is one of `statuses`.
  void add(status code) noexcept {
    counts_[index_of(code)].fetch_add(1, std::memory_order_relaxed);
  }

  std::uint64_t at(status code) const noexcept {
    return counts_[index_of(code)].load(std::memory_order_relaxed);
  }

private:
  static std::size_t index_of(status code) noexcept {
    std::size_t index = 0;
    while (index + 1 < statuses.size() && statuses[index] != code)
      ++index;
    assert(statuses[index] == code);
    return index;
  }

  std::array<std::atomic<std::uint64_t>, statuses.size()> counts_{};
};

}  // namespace http
