#pragma once

#include "http/api/v1/exchange.hpp"
#include "http/api/v1/server_info.hpp"
#include "http/net/peer.hpp"
#include "http/protocol/message.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/target.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace http::v1 {

/// What a request comes to: an answer straight away, or questions. A response
/// borrows from what outlives the connection.
using action = std::variant<response, message, std::unique_ptr<exchange>>;

/// Whether the path is one of the resource API: its errors are problems.
bool owns_path(std::string_view raw_path);

/// Knows the routes of the resource API. `found` is what is wrong with the
/// target, which is parsed.
action route(const request& request, target& decoder, target::defect found,
             const server_info& server_info, peer from);

}  // namespace http::v1
