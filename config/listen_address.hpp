#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace config {

/// An address to listen on.
struct listen_address {
  /// A name, an IPv4 address, or an IPv6 address without brackets; empty: every address
  /// of the machine, IPv4 and IPv6.
  std::string host;
  std::string port;       ///< 0 to 65535; 0 picks a free one
  std::string path = {};  ///< of a Unix socket; then there is neither host nor port

  /// Parses `HOST:PORT`, with IPv6 addresses in brackets: `[::1]:8000`; `PORT`, which is
  /// 127.0.0.1:PORT; `:PORT`; and `unix:PATH`, with a path of up to 107 bytes (unix(7)). Returns
  /// nullopt for anything else.
  static std::optional<listen_address> parse(std::string_view text);

  /// Returns true if one of the host's addresses is not a loopback address. Resolves a name;
  /// returns false if that fails, and for a Unix socket.
  bool reaches_other_machines() const;

  bool operator==(const listen_address&) const = default;
};

}  // namespace config
