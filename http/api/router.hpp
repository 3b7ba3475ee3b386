#pragma once

#include "counter/command.hpp"
#include "http/api/v1/exchange.hpp"
#include "http/api/v1/server_info.hpp"
#include "http/net/peer.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/response.hpp"
#include "http/protocol/target.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace http {

/// What a request comes to: a question for a counter's shard, an answer straight
/// away, or what the resource API makes of it.
using action = std::variant<counter::command, response, message, std::unique_ptr<v1::exchange>>;

/// The value of Allow where no route is meant: for the server as a whole (RFC 9110
/// section 9.3.7), and for a method that is refused before it is routed.
inline constexpr std::string_view any_allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

/// Knows the routes of the text endpoints; 404, 405 with its Allow, and OPTIONS
/// come from here. Decodes with `decoder`, from which the action borrows.
action route(const request& request, target& decoder, const v1::server_info& server_info,
             peer from);

}  // namespace http
