#include "counterctl/client/server_address.hpp"

#include "counter/control_character.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <stdexcept>

namespace counterctl {

namespace {

constexpr std::string_view unix_scheme = "unix:";
constexpr std::string_view default_port = "8000";
// As sockaddr_un has it, with its final NUL.
constexpr std::size_t unix_path_bytes_max = 107;

/// Does not show the text, which may have a password.
[[noreturn]] void refuse(const std::string& reason) {
  throw std::invalid_argument{"the address of the server (-s, COUNTERD_URL): " + reason};
}

server_address parse_unix(std::string_view text) {
  const auto path = text.substr(unix_scheme.size());
  if (path.empty() || path.size() > unix_path_bytes_max)
    refuse("the path of a Unix socket has 1 to 107 bytes");
  return {transport::unix_socket, std::string{path}, {}, "localhost", {}};
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Writes the shorthands as URLs.
std::string complete(std::string_view text) {
  if (text.find("://") != text.npos)
    return std::string{text};
  std::string url{"http://"};
  if (is_digits(text))
    return url.append("localhost:").append(text);
  if (text.starts_with(':'))
    return url.append("localhost").append(text);
  url.append(text);
  const auto path = text.find('/');
  const auto authority = text.substr(0, path);
  const auto colon = authority.find_last_of(":]");
  if (colon == authority.npos || authority[colon] == ']')
    url.insert(url.size() - (text.size() - authority.size()), ":" + std::string{default_port});
  return url;
}

bool is_port(std::string_view text) {
  return is_digits(text) && text.size() <= 5 && std::stoul(std::string{text}) >= 1 &&
         std::stoul(std::string{text}) <= 65535;
}

}  // namespace

server_address parse_server_address(std::string_view text) {
  if (text.starts_with(unix_scheme))
    return parse_unix(text);
  if (std::any_of(text.begin(), text.end(), &counter::is_control_character))
    refuse("it has a control character");
  const auto url_text = complete(text);
  const auto parsed = boost::urls::parse_uri(url_text);
  if (!parsed || parsed->host_address().empty())
    refuse("not an address of a server: use http://HOST:PORT, https://HOST or unix:PATH");
  const auto& url = *parsed;
  server_address address;
  if (url.scheme_id() == boost::urls::scheme::https)
    address.kind = transport::https;
  else if (url.scheme_id() != boost::urls::scheme::http)
    refuse("the scheme is neither http, https nor unix");
  if (url.has_userinfo())
    refuse("it has a password or a user: use --token-file or COUNTERD_TOKEN");
  if (url.has_query() || url.has_fragment())
    refuse("an address of a server has no query and no fragment");
  // Boost.URL 1.81 takes what is no port for a path.
  if ((url.has_port() && url.port().empty()) ||
      (!url.encoded_path().empty() && !url.encoded_path().starts_with('/')))
    refuse("a port is 1 to 65535");
  const bool is_secure = address.kind == transport::https;
  address.host = url.host_address();
  address.port = url.port().empty() ? (is_secure ? "443" : "80") : std::string{url.port()};
  if (!is_port(address.port))
    refuse("a port is 1 to 65535");
  address.authority = std::string{url.encoded_host_and_port()};
  address.base_path = std::string{url.encoded_path()};
  while (address.base_path.ends_with('/'))
    address.base_path.pop_back();
  return address;
}

std::string to_text(const server_address& address) {
  switch (address.kind) {
    case transport::unix_socket:
      return std::string{unix_scheme} + address.host;
    case transport::https:
      return "https://" + address.authority + address.base_path;
    case transport::http:
      break;
  }
  return "http://" + address.authority + address.base_path;
}

}  // namespace counterctl
