#pragma once

#include <sys/socket.h>

namespace rights {

/// Returns true if a peer at this address is on this machine: for 127.0.0.0/8, also mapped into
/// IPv6 (::ffff:127.0.0.0/104), for ::1, and for every Unix socket. Returns false for any other
/// address family.
bool is_on_this_machine(const sockaddr_storage& address) noexcept;

}  // namespace rights
