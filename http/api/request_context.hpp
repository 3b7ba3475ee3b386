#pragma once

#include "counter/command.hpp"
#include "http/api/exchange.hpp"
#include "http/api/v1/server_info.hpp"
#include "http/api/v1/stream_reader.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/response.hpp"
#include "http/protocol/target.hpp"
#include "rights/client_network.hpp"
#include "rights/permissions.hpp"
#include "rights/public_names.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace http {

/// The properties of a connection that handlers may depend on.
struct connection_info {
  bool is_local = false;  ///< the peer is on this machine
  rights::client_network network{};
};

/// The arguments of a handler, borrowed for the length of the call.
struct request_context {
  const http::request& request;
  http::target& target;  ///< parsed; has no defect
  const v1::server_info& server;
  /// The rights of the client, for checks that the route's scope does not cover.
  const rights::permissions& permissions;
  const connection_info& connection;
  const rights::public_names& published;
  std::string_view raw_name{};  ///< the path segment at `{name}`, percent-encoded; empty if none
  bool has_page = false;        ///< browsers are shown a page
  /// The counter is published, and the client may have no other right to it.
  bool is_public = false;
  /// The client itself has the right to the counter, and no page of another site has sent the
  /// request.
  bool is_entitled = true;
};

/// The result of routing a request: a short command for the store, an immediate response, an
/// exchange of requests with the store, or an event stream. The name in a command may borrow from
/// the request or its target.
using action =
    std::variant<counter::command, response, std::unique_ptr<exchange>, v1::stream_parameters>;

using handler = action (*)(const request_context&);

}  // namespace http
