#pragma once

#include "rights/scope.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rights {

/// Inclusive bounds of what one operation may add: `min` is at most `max`.
struct delta_range {
  std::int64_t min;
  std::int64_t max;

  constexpr bool contains(std::int64_t delta) const noexcept {
    return min <= delta && delta <= max;
  }
  bool operator==(const delta_range&) const = default;
};

/// What a token gives to whoever has it.
struct grant {
  std::string name{};  ///< of the token, for people
  scope_set scopes{};
  /// The names of counters must begin with one of these, byte by byte; empty: all names.
  std::vector<std::string> prefixes{};
  std::optional<delta_range> deltas{};  ///< nullopt: any
  /// The first second at which the token is void; nullopt: never.
  std::optional<std::chrono::sys_seconds> expires_at{};

  /// Returns true if the token may name this counter, or list the counters whose names begin so.
  bool covers(std::string_view name_or_prefix) const noexcept {
    if (prefixes.empty())
      return true;
    for (const auto& prefix : prefixes)
      if (name_or_prefix.starts_with(prefix))
        return true;
    return false;
  }

  bool has_expired(std::chrono::sys_seconds now) const noexcept {
    return expires_at && *expires_at <= now;
  }

  bool operator==(const grant&) const = default;
};

/// Returns true for 1 to limits::name_bytes_max bytes of A-Z, a-z, 0-9, `.`, `_` and `-` that begin
/// with none of the last three.
bool is_valid_token_name(std::string_view name) noexcept;

/// Returns prefixes with commas between them; each byte but letters, digits and `-._~/:@` is
/// percent-encoded.
std::string to_text(const std::vector<std::string>& prefixes);

/// Parses what to_text() returns. An encoded byte that needs none is allowed. Returns nullopt if a
/// prefix is empty, longer than the name of a counter or not UTF-8, or there are more than
/// limits::prefixes_max.
std::optional<std::vector<std::string>> parse_prefixes(std::string_view list);

/// Returns `A..B`.
std::string to_text(const delta_range& range);

/// Parses what to_text() returns. Returns nullopt for anything else, and if A is greater than B.
std::optional<delta_range> parse_delta_range(std::string_view text) noexcept;

}  // namespace rights
