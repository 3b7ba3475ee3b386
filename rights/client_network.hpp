#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/socket.h>

namespace rights {

/// The part of a client's address that tells it from others: all of an IPv4 address, and of an IPv6
/// address the first 64 bits, within which a machine chooses its addresses itself (RFC 8981).
struct client_network {
  std::uint64_t bits = 0;
  /// The client is on this machine or in a private network (RFC 1918, RFC 6598, RFC 4193, and
  /// link-local addresses): it may be a proxy.
  bool is_private = false;

  bool operator==(const client_network&) const = default;
};

/// Returns the network of a peer. A Unix socket, and an address family that is not known, has no
/// bits; the former is private.
client_network network_of(const sockaddr_storage& address) noexcept;

/// Parses an address as proxies write it in X-Forwarded-For: `192.0.2.1`, `2001:db8::1`,
/// `[2001:db8::1]`, each of the first and the last with `:PORT` or without. Returns nullopt for
/// anything else.
std::optional<client_network> parse_client_network(std::string_view text) noexcept;

}  // namespace rights
