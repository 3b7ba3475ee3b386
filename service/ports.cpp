#include "service/ports.hpp"

#include "config/listen_address.hpp"
#include "counter/control_character.hpp"
#include "rights/scope.hpp"

#include <boost/system/system_error.hpp>

#include <spdlog/spdlog.h>

#include <set>
#include <stdexcept>
#include <string_view>

namespace service {

namespace {

using http::audience;

std::string text_of(const config::listen_address& address) {
  return address.path.empty() ? address.host + ":" + address.port : "unix:" + address.path;
}

/// Appends what `address` resolves to.
void listen(http::server& server, audience whom, const config::listen_address& address,
            std::vector<std::string>& endpoints) {
  try {
    if (!address.path.empty())
      return endpoints.push_back(server.listen(whom, address.path));
    for (const auto& endpoint : server.listen(whom, address.host, address.port))
      endpoints.push_back(endpoint);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen on " + text_of(address) + ": " +
                             error.code().message());
  }
}

/// systemd names a socket after its unit unless that says FileDescriptorName=.
audience audience_of(const process::inherited_socket& socket) {
  const std::string_view name = socket.name;
  if (name == "ops")
    return audience::operators;
  if (name == "http" || name.empty() || name == "unknown" || name.ends_with(".socket"))
    return audience::clients;
  throw bad_ports("the service manager has a socket with the name " + socket.name +
                  ": FileDescriptorName= is http or ops");
}

void adopt(http::server& server, const process::inherited_socket& socket, ports& open) {
  const auto whom = audience_of(socket);
  try {
    auto& endpoints = whom == audience::clients ? open.clients : open.operators;
    endpoints.push_back(server.adopt(whom, socket.descriptor));
  } catch (const std::exception& error) {
    throw bad_ports("cannot use socket " + std::to_string(socket.descriptor) +
                    " of the service manager: " + error.what());
  }
}

/// Returns those of the endpoints that other machines reach, one for each port.
std::vector<config::listen_address> open_to_others(const std::vector<std::string>& endpoints) {
  std::vector<config::listen_address> found;
  std::set<std::string> ports;
  for (const auto& endpoint : endpoints)
    if (const auto address = config::listen_address::parse(endpoint);
        address && address->reaches_other_machines() && ports.insert(address->port).second)
      found.push_back(*address);
  return found;
}

}  // namespace

ports listen(http::server& server, const config::options& options,
             const std::vector<process::inherited_socket>& inherited) {
  ports open;
  for (const auto& socket : inherited)
    adopt(server, socket, open);
  if (open.clients.empty() || !options.listens_by_default)
    for (const auto& address : options.listen)
      listen(server, audience::clients, address, open.clients);
  for (const auto& address : options.operators_listen)
    listen(server, audience::operators, address, open.operators);
  return open;
}

std::string objection_to(const ports& open, const config::options& options) {
  const auto others = open_to_others(open.clients);
  if (options.access.remote || !options.tokens_file.empty() || others.empty())
    return {};
  // A name may have another address than it had when the flags were checked.
  return "other machines reach port " + others.front().port +
         ", and nothing says what they may do: add --tokens FILE or --anonymous SCOPES";
}

void describe_access(const ports& open, const config::options& options) {
  const auto& anonymous = options.access.remote;
  const bool has_tokens = !options.tokens_file.empty();
  for (const auto& address : open_to_others(open.clients)) {
    if (anonymous && *anonymous != rights::scope_set{})
      spdlog::warn("anyone who reaches port {} has these rights: {}; {}", address.port,
                   rights::to_text(*anonymous),
                   has_tokens ? "others need a token" : "there is no authentication");
    if (has_tokens)
      spdlog::warn(
          "whoever listens on the way to port {} can read tokens: put a proxy with TLS "
          "before it",
          address.port);
  }
  for (const auto& address : open_to_others(open.operators))
    spdlog::info("anyone who reaches port {} may read the metrics", address.port);
}

std::string to_text(const ports& open) {
  std::string lines;
  const auto append = [&lines](std::string_view begin, const std::vector<std::string>& endpoints) {
    for (auto endpoint : endpoints) {
      counter::hide_control_characters(endpoint);  // of a socket that somebody else has bound
      lines +=
          std::string{begin} + (endpoint.starts_with("unix:") ? "" : "http://") + endpoint + "\n";
    }
  };
  append("listening on ", open.clients);
  append("listening for operators on ", open.operators);
  return lines;
}

}  // namespace service
