#pragma once

#include "http/message.hpp"
#include "http/peer.hpp"
#include "http/request.hpp"
#include "http/target.hpp"
#include "http/v1/exchange.hpp"
#include "http/v1/site.hpp"

#include <memory>
#include <string_view>
#include <variant>

namespace http::v1 {

/// What a request comes to: an answer straight away, or questions. A response
/// borrows from what outlives the connection.
using action = std::variant<response, message, std::unique_ptr<exchange>>;

/// Whether the path is one of the resource API: its errors are problems.
bool has_face(std::string_view raw_path);

/// Knows the routes of the resource API. `found` is what is wrong with the
/// target, which is parsed.
action route(const request& request, target& decoder, target::defect found, const site& site,
             peer from);

}  // namespace http::v1
