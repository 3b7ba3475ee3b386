#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/json_writer.hpp"
#include "http/protocol/status.hpp"

#include <string_view>

namespace http::v1 {

/// Writes an object that describes a counter: the body of a GET, and an element of a list.
void describe(json_writer& writer, std::string_view name, const counter::state& state);

/// Writes the members that describe the effect of an operation whose outcome is `ok`: of the body
/// of its response, and of its result in a batch. If the operation removed the counter, there is
/// only the version that the deletion took.
void describe_effect(json_writer& writer, std::string_view name,
                     const counter::parameters& parameters, const counter::full_reply& reply);

/// Returns the status of an operation whose outcome is `ok`: 201 if it created the counter, 204 if
/// it removed it, otherwise 200.
status status_of(const counter::full_reply& reply) noexcept;

}  // namespace http::v1
