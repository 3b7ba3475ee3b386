#pragma once

#include "counter/command.hpp"

#include <string_view>
#include <vector>

/// If-Match and If-None-Match on a counter that exists or not.
namespace cases {

/// The versions in one of the two fields.
enum class versions {
  no_field,
  any,
  current,  ///< the current one, or that of a deleted counter, among others
  other,
  unknown,  ///< none that a counter can have: the field is there, but nothing matches it
};

struct condition {
  std::string_view description;
  versions match, none_match;
  bool holds, holds_without;  ///< with and without a counter

  /// Returns the outcome of an operation that nothing but the condition can refuse.
  counter::outcome outcome(counter::operation operation, bool exists) const {
    using counter::outcome;
    const bool is_read = operation == counter::operation::get;
    // A read of a missing counter is not found, whatever the condition.
    if (!exists && is_read)
      return outcome::not_found;
    if (exists ? holds : holds_without)
      return !exists && operation == counter::operation::remove ? outcome::not_found : outcome::ok;
    const bool matches = match != versions::other && match != versions::unknown;
    return is_read && matches ? outcome::not_modified : outcome::precondition_failed;
  }
};

inline const std::vector<condition>& conditions() {
  using enum versions;
  static const std::vector<condition> all{
      {"no condition", no_field, no_field, true, true},
      {"any version", any, no_field, true, false},
      {"the current version", current, no_field, true, false},
      {"another version", other, no_field, false, false},
      {"an unknown version", unknown, no_field, false, false},
      {"no version", no_field, any, false, true},
      {"not the current version", no_field, current, false, true},
      {"not another version", no_field, other, true, true},
      {"not an unknown version", no_field, unknown, true, true},
      {"the current version and not another", current, other, true, false},
      {"the current version and not it", current, current, false, false},
      {"the current version and none", current, any, false, false},
      {"any version and none", any, any, false, false},
  };
  return all;
}

}  // namespace cases
