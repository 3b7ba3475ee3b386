#include "http/net/peer.hpp"

#include <cstring>

#include <netinet/in.h>

namespace http {

namespace {

template <class Address>
Address as(const sockaddr_storage& address) noexcept {
  Address result;
  std::memcpy(&result, &address, sizeof result);
  return result;
}

bool is_loopback(const in6_addr& address) noexcept {
  // Of an IPv4 address in IPv6 the first byte is the 13th.
  return IN6_IS_ADDR_LOOPBACK(&address) ||
         (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == IN_LOOPBACKNET);
}

}  // namespace

peer peer_of(const sockaddr_storage& address) noexcept {
  bool is_local = false;
  if (address.ss_family == AF_INET)
    is_local = ntohl(as<sockaddr_in>(address).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  else if (address.ss_family == AF_INET6)
    is_local = is_loopback(as<sockaddr_in6>(address).sin6_addr);
  return is_local ? peer::local : peer::remote;
}

}  // namespace http
