#pragma once

#include "tests/proxies/support/sockets.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace support {

/// Returns the proxies to test: those in COUNTERD_TEST_PROXIES, separated by spaces, or
/// nginx and haproxy. Others are `caddy` and `varnish`.
words proxies_to_test();

/// A change of a configuration: `from` must occur in it.
struct edit {
  std::string_view from;
  std::string_view to;
};

/// A running nginx, haproxy, Caddy or Varnish with the configuration in docs/proxies, except for
/// its ports. What surrounds that configuration is as unfavourable as a distribution or
/// another site may make it: nginx caches and compresses everything, and takes short bodies only.
class proxy {
public:
  /// Starts it in front of a port of the loopback address, and waits until it accepts
  /// connections. Throws std::runtime_error if it does not, with its log.
  proxy(const std::string& name, std::uint16_t upstream_port, const std::vector<edit>& edits = {});

  std::uint16_t port() const { return port_.number(); }

private:
  words command_of(const std::string& name) const;
  void await_port() const;
  std::string log() const;

  temporary_directory directory_;
  reserved_port port_;
  std::unique_ptr<process> process_;
};

}  // namespace support
