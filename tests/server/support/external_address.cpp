#include "tests/server/support/external_address.hpp"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace support {

std::string external_address() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0)
    throw std::system_error{errno, std::generic_category(), "getifaddrs"};
  std::string result;
  for (const auto* entry = all; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET ||
        (entry->ifa_flags & IFF_LOOPBACK) != 0 || (entry->ifa_flags & IFF_UP) == 0)
      continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
    inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
    result = text;
  }
  freeifaddrs(all);
  return result;
}

}  // namespace support
