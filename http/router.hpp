#pragma once

#include "counter/command.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/target.hpp"

#include <string_view>
#include <variant>

namespace http {

/// What a request comes to: a question for a counter's shard, or an answer
/// straight away.
using action = std::variant<counter::command, response>;

/// The value of Allow where no route is meant: for the server as a whole (RFC 9110
/// section 9.3.7), and for a method that is refused before it is routed.
inline constexpr std::string_view any_allow = "GET, HEAD, POST, OPTIONS";

/// Knows the routes; 404, 405 with its Allow, and OPTIONS come from here.
/// Decodes with `decoder`, from which the action borrows.
action route(const request& request, target& decoder);

}  // namespace http
