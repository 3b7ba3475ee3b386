#pragma once

#include "counter/command.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace counter {

/// A set of versions: every version, or those listed.
struct version_set {
  bool is_any = false;
  std::vector<std::uint64_t> listed{};

  /// True if `version` is in the set; nullopt, a counter that does not exist, never is.
  bool contains(std::optional<std::uint64_t> version) const noexcept {
    return version && (is_any || std::find(listed.begin(), listed.end(), *version) != listed.end());
  }

  bool operator==(const version_set&) const = default;
};

/// The precondition of an operation (RFC 9110 section 13.1).
struct condition {
  std::optional<version_set> if_match{};       ///< the current version is in it
  std::optional<version_set> if_none_match{};  ///< the current version is not in it

  /// Returns ok, precondition_failed or, for a read whose if_none_match does not hold,
  /// not_modified (RFC 9110 section 13.2.2).
  outcome check(std::optional<std::uint64_t> version, bool is_read) const noexcept {
    if (if_match && !if_match->contains(version))
      return outcome::precondition_failed;
    if (if_none_match && if_none_match->contains(version))
      return is_read ? outcome::not_modified : outcome::precondition_failed;
    return outcome::ok;
  }

  bool operator==(const condition&) const = default;
};

}  // namespace counter
