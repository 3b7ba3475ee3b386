#include "config/listen_address.hpp"

#include "config/number.hpp"

#include <cstdint>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace config {

namespace {

bool is_port(std::string_view text) noexcept {
  return parse_number(text, 0, UINT16_MAX).has_value();
}

}  // namespace

std::optional<listen_address> listen_address::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return is_port(text) ? std::optional{listen_address{"127.0.0.1", std::string{text}}}
                         : std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  const bool is_bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (is_bracketed)
    host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != host.npos;
  const bool has_bracket = host.find_first_of("[]") != host.npos;
  if (has_bracket || has_colon != is_bracketed || !is_port(port))
    return std::nullopt;
  return listen_address{std::string{host}, std::string{port}};
}

bool listen_address::is_every_address() const {
  in_addr ipv4{};
  in6_addr ipv6{};
  return host.empty() || (::inet_aton(host.c_str(), &ipv4) != 0 && ipv4.s_addr == INADDR_ANY) ||
         (::inet_pton(AF_INET6, host.c_str(), &ipv6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&ipv6));
}

}  // namespace config
