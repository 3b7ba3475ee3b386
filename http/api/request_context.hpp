#pragma once

#include "counter/command.hpp"
#include "http/api/v1/exchange.hpp"
#include "http/api/v1/server_info.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/response.hpp"
#include "http/protocol/target.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace http {

/// What is known of the connection that a request came in on.
struct connection_info {
  bool is_loopback = false;  ///< the peer's address is a loopback address
};

/// Everything that a handler works with. All is borrowed for the length of the call.
struct request_context {
  const http::request& request;
  http::target& target;  ///< parsed, without a defect
  const v1::server_info& server;
  const connection_info& connection;
  std::string_view raw_name{};  ///< the segment of the path at `{name}`, as sent
};

/// What a request comes to: one short command for the store, a response straight away,
/// or an exchange of several requests with the store. The name in a command may borrow
/// from the request or its target.
using action = std::variant<counter::command, response, std::unique_ptr<v1::exchange>>;

using handler = action (*)(const request_context&);

}  // namespace http
