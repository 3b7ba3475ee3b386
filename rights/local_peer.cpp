#include "rights/local_peer.hpp"

#include <cstring>

#include <netinet/in.h>

namespace rights {

namespace {

template <class Address>
Address as(const sockaddr_storage& address) noexcept {
  Address result;
  std::memcpy(&result, &address, sizeof result);
  return result;
}

bool is_loopback(const in6_addr& address) noexcept {
  // Byte 12 is the first byte of an IPv4 address mapped into IPv6.
  return IN6_IS_ADDR_LOOPBACK(&address) ||
         (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == IN_LOOPBACKNET);
}

}  // namespace

bool is_on_this_machine(const sockaddr_storage& address) noexcept {
  if (address.ss_family == AF_INET)
    return ntohl(as<sockaddr_in>(address).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  if (address.ss_family == AF_INET6)
    return is_loopback(as<sockaddr_in6>(address).sin6_addr);
  return address.ss_family == AF_UNIX;
}

}  // namespace rights
