#include "config/listen_address.hpp"

#include "config/number.hpp"
#include "counter/control_character.hpp"
#include "rights/local_peer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace config {

namespace {

constexpr std::string_view unix_scheme = "unix:";

constexpr std::size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

bool is_port(std::string_view text) noexcept {
  return parse_number(text, 0, UINT16_MAX).has_value();
}

bool is_loopback(const addrinfo& address) noexcept {
  sockaddr_storage storage{};
  std::memcpy(&storage, address.ai_addr, address.ai_addrlen);
  return rights::is_on_this_machine(storage);
}

}  // namespace

std::optional<listen_address> listen_address::parse(std::string_view text) {
  if (text.starts_with(unix_scheme)) {
    const auto path = text.substr(unix_scheme.size());
    // An abstract address, `@name`, has no file that says who may connect.
    const bool is_printable =
        std::none_of(path.begin(), path.end(), &counter::is_control_character);
    if (path.empty() || path.size() > path_bytes_max || path.front() == '@' || !is_printable)
      return std::nullopt;
    return listen_address{{}, {}, std::string{path}};
  }
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

bool listen_address::reaches_other_machines() const {
  if (!path.empty())
    return false;
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found) != 0)
    return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses{found, &::freeaddrinfo};
  for (const auto* next = addresses.get(); next != nullptr; next = next->ai_next)
    if (!is_loopback(*next))
      return true;
  return false;
}

}  // namespace config
