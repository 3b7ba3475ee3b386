#pragma once

#include "http/api/authenticator.hpp"
#include "http/api/route_table.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/response.hpp"
#include "rights/permissions.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace http {

/// Returns an error response: problem details, or its detail as a line of text.
response refusal_as(error_format format, const v1::problem& problem);

/// Returns the response to what `permissions` do not allow: 401 if a token could, otherwise 403.
/// `needed` is the scope; `none`: any of those that the operations of a batch need. `index` is that
/// of an operation of a batch. Precondition: `verdict` is not `allowed`.
response denial(error_format format, rights::verdict verdict, rights::scope needed,
                const rights::permissions& permissions, std::optional<std::size_t> index = {});

/// Returns the response to a field Authorization that is not accepted: 400 if it is repeated,
/// otherwise 401. Repeats nothing of the field. Precondition: `outcome` is neither `none` nor
/// `accepted`.
response denial(error_format format, authenticator::outcome outcome);

/// Returns the problem with a query that contains a token, which logs and histories would keep (RFC
/// 6750 section 2.3).
v1::problem token_in_query();

/// Returns the response to a path that no route has.
response unknown_path(std::string_view raw_path, error_format format);

/// Returns the problem with a Host that the server does not answer for.
v1::problem unknown_host(std::string_view host);

/// Returns the problem with a request of a page of another site. `origin` is empty if the browser
/// did not send one.
v1::problem cross_origin(std::string_view origin);

}  // namespace http
