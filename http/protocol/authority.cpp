#include "http/protocol/authority.hpp"

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>

namespace http {

namespace {

/// Returns true for the usual: letters, digits, `.` and `-`, and a port.
bool is_plain(std::string_view value) noexcept {
  static constexpr auto is_name = [] {
    std::array<bool, 256> table{};
    for (const unsigned char c :
         std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"})
      table[c] = true;
    return table;
  }();
  // This runs for every request. The library unrolls these loops.
  const auto* end = value.data() + value.size();
  const auto* next =
      std::find_if_not(value.data(), end, [](unsigned char c) { return is_name[c]; });
  if (next == end)
    return true;
  return *next == ':' && std::all_of(next + 1, end, [](char c) { return c >= '0' && c <= '9'; });
}

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

host_kind kind_of(const boost::urls::ipv4_address& address) noexcept {
  if (address.is_unspecified())
    return host_kind::unspecified;
  return address.is_loopback() ? host_kind::loopback : host_kind::address;
}

host_kind kind_of(const boost::urls::ipv6_address& address) noexcept {
  const auto bytes = address.to_bytes();
  const bool is_mapped_zero =
      address.is_v4_mapped() &&
      std::all_of(bytes.end() - 4, bytes.end(), [](auto byte) { return byte == 0; });
  if (address.is_unspecified() || is_mapped_zero)
    return host_kind::unspecified;
  return address.is_loopback() ? host_kind::loopback : host_kind::address;
}

host_kind kind_of(const boost::urls::authority_view& authority) noexcept {
  switch (authority.host_type()) {
    case boost::urls::host_type::ipv4:
      return kind_of(authority.host_ipv4_address());
    case boost::urls::host_type::ipv6:
      return kind_of(authority.host_ipv6_address());
    default:
      return host_kind::name;
  }
}

}  // namespace

bool is_authority(std::string_view value) noexcept {
  if (is_plain(value))
    return true;
  const auto parsed = boost::urls::parse_authority(value);
  return parsed && !parsed->has_userinfo();
}

authority_host host_of(std::string_view value) {
  const auto parsed = boost::urls::parse_authority(value);
  // The library refuses a name that begins with an address, as 127.0.0.1.example.
  const std::string_view host =
      parsed ? std::string_view{parsed->encoded_host()} : value.substr(0, value.find(':'));
  authority_host found{parsed ? kind_of(*parsed) : host_kind::name, std::string{host}};
  std::transform(host.begin(), host.end(), found.text.begin(), to_lower);
  if (found.text.ends_with('.'))
    found.text.pop_back();
  return found;
}

}  // namespace http
