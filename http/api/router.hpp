#pragma once

#include "http/api/request_context.hpp"

namespace http {

/// Finds the route of a request and has its handler decide what the request comes to.
/// Responds itself with 400, 404 and 405, and to OPTIONS. `target` is parsed here; what
/// the action borrows is valid as long as the request and the target are.
action route_request(const request& request, target& target, const v1::server_info& server,
                     const connection_info& connection);

}  // namespace http
