#pragma once

#include <sys/socket.h>

namespace rights {

/// Returns true for 127.0.0.0/8, also mapped into IPv6 (::ffff:127.0.0.0/104), and for ::1. A peer
/// at such an address is on this machine. Returns false for any other address family.
bool is_loopback(const sockaddr_storage& address) noexcept;

}  // namespace rights
