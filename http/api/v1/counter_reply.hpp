#pragma once

#include "counter/full_command.hpp"
#include "http/protocol/status.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace http::v1 {

/// What is said of a counter: in the body of a GET, in lists and in batches.
boost::json::object describe(std::string_view name, const counter::state& state);

/// The body of the answer to an operation that succeeded; empty for one that
/// removed the counter.
boost::json::object describe(std::string_view name, const counter::parameters& how,
                             const counter::full_reply& reply);

/// 200, 201 or 204.
status status_of(const counter::full_reply& reply) noexcept;

}  // namespace http::v1
