#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace http {

/// What a field Authorization presents.
struct credentials {
  /// `bearer`: RFC 6750 section 2.1. `basic`: RFC 7617; a browser that has learned it sends it
  /// with the requests of every page. `other`: another scheme, or malformed.
  enum class scheme : std::uint8_t { bearer, basic, other };

  credentials::scheme scheme = scheme::other;
  /// The token of Bearer, or the password of Basic, whose user name has no meaning. Any bytes;
  /// empty with `other`.
  std::string token{};

  bool operator==(const credentials&) const = default;
};

/// Parses the value of one field Authorization (RFC 9110 section 11.6.2), trimmed.
credentials parse_authorization(std::string_view value);

}  // namespace http
