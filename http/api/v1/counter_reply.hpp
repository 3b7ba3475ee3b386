#pragma once

#include "counter/full_command.hpp"
#include "http/protocol/status.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace http::v1 {

/// Describes a counter: the body of a GET, and an element of a list.
boost::json::object describe(std::string_view name, const counter::state& state);

/// Describes the effect of an operation whose outcome is `ok`: the body of its response, and its
/// result in a batch. If the operation removed the counter, the object has only the version that
/// the deletion took.
boost::json::object describe(std::string_view name, const counter::parameters& parameters,
                             const counter::full_reply& reply);

/// Returns the status of an operation whose outcome is `ok`: 201 if it created the counter, 204 if
/// it removed it, otherwise 200.
status status_of(const counter::full_reply& reply) noexcept;

}  // namespace http::v1
