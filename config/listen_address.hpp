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
  std::string port;  ///< 0 to 65535; 0 picks a free one

  /// Parses `HOST:PORT`, with IPv6 addresses in brackets: `[::1]:8000`; `PORT`, which is
  /// 127.0.0.1:PORT; and `:PORT`. Returns nullopt for anything else.
  static std::optional<listen_address> parse(std::string_view text);

  /// Returns true if one of the host's addresses is not a loopback address. Resolves a name;
  /// returns false if that fails.
  bool reaches_other_machines() const;

  bool operator==(const listen_address&) const = default;
};

}  // namespace config
