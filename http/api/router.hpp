#pragma once

#include "http/api/request_context.hpp"

namespace http {

/// Parses the target of `request` into `target`, finds the route and returns the action of its
/// handler. Responds itself with 400, 404 and 405, and to OPTIONS. The action may borrow from
/// `request` and `target`.
action route_request(const request& request, target& target, const v1::server_info& server,
                     const connection_info& connection);

}  // namespace http
