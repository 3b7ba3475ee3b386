#pragma once

#include <string>
#include <string_view>

namespace counterctl {

enum class transport { http, https, unix_socket };

/// Where a server is reached.
struct server_address {
  transport kind = transport::http;
  std::string host;       ///< a name or an IP address without brackets; of a Unix socket, its path
  std::string port;       ///< decimal; empty for a Unix socket
  std::string authority;  ///< what the Host field says
  std::string
      base_path;  ///< what a proxy puts before our paths: empty, or `/x` without a final slash

  bool operator==(const server_address&) const = default;
};

/// Parses `http://HOST[:PORT][/PATH]`, `https://...` or `unix:PATH` (RFC 3986). As the server's
/// --listen, it takes `HOST:PORT`, `:PORT` and `PORT` for http, with localhost as the host. Without
/// a port: that of the scheme (80, 443) if a scheme is given, else 8000. Throws
/// std::invalid_argument with a sentence for anything else, and for user names and passwords: other
/// users of the machine would see them.
server_address parse_server_address(std::string_view text);

/// The address for messages.
std::string to_text(const server_address& address);

}  // namespace counterctl
