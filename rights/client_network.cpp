#include "rights/client_network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace rights {

namespace {

client_network network_of(const in_addr& address) noexcept {
  const auto bits = std::uint64_t{ntohl(address.s_addr)};
  const bool is_private =
      bits >> 24 == IN_LOOPBACKNET || bits >> 24 == 10 || bits >> 20 == 0xac1 /* 172.16.0.0/12 */ ||
      bits >> 22 == 0x191 /* 100.64.0.0/10 */ || bits >> 16 == 0xc0a8 /* 192.168.0.0/16 */ ||
      bits >> 16 == 0xa9fe /* 169.254.0.0/16 */;
  return {bits, is_private};
}

client_network network_of(const in6_addr& address) noexcept {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr mapped;
    std::memcpy(&mapped, &address.s6_addr[12], sizeof mapped);
    return network_of(mapped);
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i)
    bits = bits << 8 | address.s6_addr[i];
  const bool is_unique_local = (address.s6_addr[0] & 0xfe) == 0xfc;
  return {bits,
          is_unique_local || IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_LOOPBACK(&address)};
}

/// Returns true for nothing, and for `:` and a port.
bool is_end(std::string_view text) noexcept {
  return text.empty() ||
         (text.front() == ':' && text.substr(1).find_first_not_of("0123456789") == text.npos);
}

/// Removes the brackets and the port; returns "" if what is there is neither.
std::string_view without_port(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    return end != text.npos && is_end(text.substr(end + 1)) ? text.substr(1, end - 1)
                                                            : std::string_view{};
  }
  const auto colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos)
    return text;
  return is_end(text.substr(colon)) ? text.substr(0, colon) : std::string_view{};
}

}  // namespace

client_network network_of(const sockaddr_storage& address) noexcept {
  if (address.ss_family == AF_INET) {
    sockaddr_in peer;
    std::memcpy(&peer, &address, sizeof peer);
    return network_of(peer.sin_addr);
  }
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 peer;
    std::memcpy(&peer, &address, sizeof peer);
    return network_of(peer.sin6_addr);
  }
  return {0, address.ss_family == AF_UNIX};
}

std::optional<client_network> parse_client_network(std::string_view text) noexcept {
  const auto address = without_port(text);
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (address.size() >= terminated.size() || address.find('\0') != address.npos)
    return std::nullopt;
  std::copy(address.begin(), address.end(), terminated.begin());
  if (in_addr parsed; ::inet_pton(AF_INET, terminated.data(), &parsed) == 1)
    return network_of(parsed);
  if (in6_addr parsed; ::inet_pton(AF_INET6, terminated.data(), &parsed) == 1)
    return network_of(parsed);
  return std::nullopt;
}

}  // namespace rights
