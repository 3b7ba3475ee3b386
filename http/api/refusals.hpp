#pragma once

#include "http/api/route_table.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/response.hpp"
#include "rights/permissions.hpp"

#include <string_view>

namespace http {

/// Returns an error response: problem details, or its detail as a line of text.
response refusal_as(error_format format, const v1::problem& problem);

/// Returns why a client may not do what needs `needed`. Precondition: `verdict` is not `allowed`.
v1::problem problem_of(rights::verdict verdict, rights::scope needed);

/// Returns the problem with a Host that the server does not answer for.
v1::problem unknown_host(std::string_view host);

/// Returns the problem with a request of a page of another site. `origin` is empty if the browser
/// did not send one.
v1::problem cross_origin(std::string_view origin);

}  // namespace http
