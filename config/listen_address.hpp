#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace config {

/// Where to listen.
struct listen_address {
  std::string host;  ///< a name, an IPv4 or an IPv6 address without brackets
  std::string port;  ///< 0 to 65535; 0 picks a free one

  /// `HOST:PORT`, IPv6 as `[::1]:8000`.
  static std::optional<listen_address> parse(std::string_view text);

  bool operator==(const listen_address&) const = default;
};

}  // namespace config
