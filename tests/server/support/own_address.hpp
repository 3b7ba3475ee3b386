#pragma once

#include <string>

namespace support {

/// An IPv4 address of this machine that is none of the loopback; empty when it
/// has none.
std::string own_address();

}  // namespace support
