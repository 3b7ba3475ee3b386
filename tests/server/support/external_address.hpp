#pragma once

#include <string>

namespace support {

/// Returns an IPv4 address of this machine other than loopback; empty if there is none.
std::string external_address();

}  // namespace support
