#pragma once

#include <cstdint>

#include <sys/socket.h>

namespace http {

/// Where the other end of a connection is, as far as that is known for sure.
enum class peer : std::uint8_t {
  remote,  ///< anywhere
  local,   ///< on this machine
};

/// Local are the loopback addresses: 127.0.0.0/8, alone or in IPv6's
/// ::ffff:0:0/96, and ::1.
peer peer_of(const sockaddr_storage& address) noexcept;

}  // namespace http
