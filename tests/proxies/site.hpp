#pragma once

#include "tests/proxies/support/proxy.hpp"
#include "tests/proxies/support/relay.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace support {

/// A proxy, a relay and counterd. A client connects to front.port(), or to server.port() to
/// look behind the proxy.
struct site {
  explicit site(const std::string& proxy_name, const std::vector<edit>& edits = {});

  server_process server{{"--allow-host", "counters.example", "--public-hit", "hits/"}};
  relay link;
  proxy front;
};

/// Returns the ETag that the proxy returns to a client that accepts gzip.
std::string compressed_tag(site& site, const std::string& path);

/// Returns the counter's line of `/get` from the server itself.
std::string value_at(const site& site, const std::string& name);

/// Returns the status and body.
std::string text_of(const answer& answer);

}  // namespace support
