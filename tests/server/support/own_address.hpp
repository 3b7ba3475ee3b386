#pragma once

#include <string>

namespace support {

/// Returns an IPv4 address of this machine other than loopback; empty if it
/// has none.
std::string own_address();

}  // namespace support
