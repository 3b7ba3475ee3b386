#pragma once

#include "counter/command.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/target.hpp"

#include <variant>

namespace http {

/// What a request comes to: a question for a counter's shard, or an answer
/// straight away.
using action = std::variant<counter::command, response>;

/// Knows the routes; 404, 405 with its Allow, and OPTIONS come from here.
/// Decodes with `decoder`, from which the action borrows.
action route(const request& request, target& decoder);

}  // namespace http
