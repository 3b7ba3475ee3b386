#pragma once

#include <sys/socket.h>

namespace http {

/// Returns true for 127.0.0.0/8, as such or mapped into IPv6 (::ffff:127.0.0.0/104), and
/// for ::1: a peer at such an address is on this machine. Returns false for an address of
/// any other family.
bool is_loopback(const sockaddr_storage& address) noexcept;

}  // namespace http
