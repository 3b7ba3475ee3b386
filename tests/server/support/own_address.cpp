#include "tests/server/support/own_address.hpp"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace support {

std::string own_address() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0)
    throw std::system_error{errno, std::generic_category(), "getifaddrs"};
  std::string found;
  for (const auto* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET ||
        (one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0)
      continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
    found = text;
  }
  freeifaddrs(all);
  return found;
}

}  // namespace support
