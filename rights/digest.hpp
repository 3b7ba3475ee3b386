#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rights {

/// What SHA-256 makes of a token (FIPS 180-4). A token has 190 random bits, so its digest needs
/// neither salt nor a slow function: nobody can try all tokens.
using digest = std::array<std::uint8_t, 32>;

/// Compares two digests. The time does not depend on where they differ.
bool is_equal(const digest& left, const digest& right) noexcept;

/// Returns 64 lower-case hexadecimal digits.
std::string to_hex(const digest& bytes);

/// Parses 64 hexadecimal digits of either case. Returns nullopt for anything else.
std::optional<digest> parse_hex(std::string_view text) noexcept;

/// Computes digests. OpenSSL's function is fetched once, which takes longer than a digest.
class hasher {
public:
  /// Throws std::runtime_error if OpenSSL offers no SHA-256 or has no memory.
  hasher();
  ~hasher();
  hasher(const hasher&) = delete;
  hasher& operator=(const hasher&) = delete;

  /// Throws std::runtime_error if OpenSSL fails.
  digest hash(std::string_view text);

private:
  struct impl;
  const std::unique_ptr<impl> impl_;
};

}  // namespace rights
