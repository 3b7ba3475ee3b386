#pragma once

#include "http/api/request_context.hpp"

namespace http {

/// Routes the requests of one event loop's connections. They share a router, because the buffers of
/// its target would be most of what an idle connection takes. Used on its loop's thread.
class router {
public:
  /// Borrows `server`.
  explicit router(const v1::server_info& server) : server_(server) {}

  /// Parses the target of `request`, finds the route and returns the action of its handler.
  /// Responds itself with 400, 404 and 405, and to OPTIONS. The action may borrow from `request`,
  /// and until the next call from the router.
  action route(const request& request, const connection_info& connection);

private:
  const v1::server_info& server_;
  target target_;
};

}  // namespace http
