#pragma once

#include "counter/command.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace counter {

/// A set of versions: any that there is, or those that are listed.
struct version_set {
  bool is_any = false;
  std::vector<std::uint64_t> listed{};

  /// Whether a counter of this version (null: one that does not exist) is in it.
  bool contains(std::optional<std::uint64_t> version) const noexcept {
    return version && (is_any || std::find(listed.begin(), listed.end(), *version) != listed.end());
  }

  bool operator==(const version_set&) const = default;
};

/// What must hold for an operation to be carried out (RFC 9110 section 13).
struct condition {
  std::optional<version_set> if_match{};       ///< the version is one of these
  std::optional<version_set> if_none_match{};  ///< the version is none of these

  /// Ok, precondition_failed, or not_modified for a read of what is known already.
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
