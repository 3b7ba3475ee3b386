// A browser's request counts if an oracle that shares no code lets it. The input is a byte of flags
// and the values of Host, Sec-Fetch-Site and Origin, with a line end between them.

#include "http/api/router.hpp"
#include "http/protocol/request_parser.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <arpa/inet.h>

namespace {

struct input {
  bool is_local, has_site, has_origin, is_open, is_get, has_agent;
  std::string host, site, origin;
};

std::string lower(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// As the parser takes values: without the spaces around them.
std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == text.npos
             ? ""
             : std::string{text.substr(begin, text.find_last_not_of(" \t") - begin + 1)};
}

bool is_our_host(const std::string& host) {
  in6_addr ipv6{};
  if (host.starts_with('[')) {
    const auto text = host.substr(1, host.find(']') - 1);
    if (::inet_pton(AF_INET6, text.c_str(), &ipv6) != 1)
      return false;
    bool is_unspecified = true;
    for (std::size_t i = 0; i < 16; ++i)
      is_unspecified &= ipv6.s6_addr[i] == 0 || (i < 12 && IN6_IS_ADDR_V4MAPPED(&ipv6));
    return !is_unspecified;
  }
  auto name = lower(host.substr(0, host.find(':')));
  in_addr ipv4{};
  if (::inet_pton(AF_INET, name.c_str(), &ipv4) == 1)
    return ipv4.s_addr != 0;
  if (name.ends_with('.'))
    name.pop_back();
  return name == "localhost" || name == "counters.example" ||
         (name.size() > 10 && name.substr(name.size() - 10) == ".localhost");
}

bool is_this_machine(const std::string& host) {
  if (host.starts_with('[')) {
    in6_addr ipv6{};
    ::inet_pton(AF_INET6, host.substr(1, host.find(']') - 1).c_str(), &ipv6);
    return IN6_IS_ADDR_LOOPBACK(&ipv6);
  }
  in_addr ipv4{};
  if (::inet_pton(AF_INET, host.substr(0, host.find(':')).c_str(), &ipv4) == 1)
    return (ntohl(ipv4.s_addr) >> 24) == 127;
  return is_our_host(host) && lower(host).find("localhost") != host.npos;
}

bool may_count(const input& given) {
  if (given.is_local && !is_our_host(given.host))
    return false;
  if (!given.has_site && !given.has_origin)
    return !given.is_get || !given.has_agent || is_this_machine(given.host);
  if (given.is_open && given.has_origin && given.origin == "https://app.example")
    return true;
  if (given.has_site)
    return given.site == "none" || given.site == "same-origin";
  const auto scheme = given.origin.starts_with("http://")    ? 7u
                      : given.origin.starts_with("https://") ? 8u
                                                             : 0u;
  return scheme > 0 && lower(given.origin.substr(scheme)) == lower(given.host);
}

std::string take_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return trimmed(line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  input given{(data[0] & 1) != 0,
              (data[0] & 2) != 0,
              (data[0] & 4) != 0,
              (data[0] & 8) != 0,
              (data[0] & 16) != 0,
              (data[0] & 32) != 0,
              {},
              {},
              {}};
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  given.host = take_line(rest);
  given.site = take_line(rest);
  given.origin = take_line(rest);
  std::string text = given.is_get ? "GET" : "POST";
  text += " /inc?name=x HTTP/1.1\r\nHost: " + given.host + "\r\n";
  if (given.has_agent)
    text += "User-Agent: Mozilla/5.0\r\n";
  if (given.has_site)
    text += "Sec-Fetch-Site: " + given.site + "\r\n";
  if (given.has_origin)
    text += "Origin: " + given.origin + "\r\n";
  text += "\r\n";
  const http::v1::server_info server;
  rights::browser_policy browsers{.hosts = {"counters.example"}};
  if (given.is_open)
    browsers.origins = {"https://app.example"};
  http::router router{server, {.remote = rights::scope_set::all(), .browsers = browsers}};
  // The second time the host is known, if it is ours.
  for (int round = 0; round < 2; ++round) {
    http::request_parser parser{nullptr, &router.known_hosts()};
    if (parser.parse(text) != text.size() || parser.state() != http::parse_state::complete)
      return 0;
    const auto action = router.route(parser.request(), {.is_local = given.is_local});
    REQUIRE(std::holds_alternative<counter::command>(action) == may_count(given));
    if (const auto* fields = router.fields_for(parser.request())) {
      const bool is_allowed = fields->find("Allow-Origin: https://app.example\r\n") != fields->npos;
      REQUIRE(is_allowed ==
              (given.is_open && given.has_origin && given.origin == "https://app.example"));
    }
  }
  return 0;
}
