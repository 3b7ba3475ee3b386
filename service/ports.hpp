#pragma once

#include "config/options.hpp"
#include "http/server/server.hpp"
#include "process/inherited_sockets.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace service {

/// What a server is told to listen on is wrong: it would be again after a restart.
struct bad_ports : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where a server listens, each as `IP:PORT`, `[IP]:PORT` or `unix:PATH`.
struct ports {
  std::vector<std::string> clients;
  std::vector<std::string> operators;
};

/// Listens on the addresses of `options`, and on the sockets of the service manager, which take the
/// place of the default address. Throws std::runtime_error, of one line, if that fails, and
/// bad_ports for a socket of another kind or name.
ports listen(http::server& server, const config::options& options,
             const std::vector<process::inherited_socket>& inherited);

/// Returns a line if other machines reach `open` and `options` do not say what they may do;
/// otherwise "".
std::string objection_to(const ports& open, const config::options& options);

/// Logs what those who reach the ports may do, where others than users of this machine do.
void describe_access(const ports& open, const config::options& options);

/// Returns a line for each port, for scripts.
std::string to_text(const ports& open);

}  // namespace service
