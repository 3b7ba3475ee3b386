#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace config {

/// An address to listen on.
struct listen_address {
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::string port;  ///< 0 to 65535; 0 picks a free one

  /// Parses `HOST:PORT`, with IPv6 addresses in brackets: `[::1]:8000`. Returns nullopt
  /// for anything else.
  static std::optional<listen_address> parse(std::string_view text);

  bool operator==(const listen_address&) const = default;
};

}  // namespace config
