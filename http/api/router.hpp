#pragma once

#include "http/api/browser_guard.hpp"
#include "http/api/request_context.hpp"
#include "http/api/route_table.hpp"
#include "rights/access_policy.hpp"
#include "rights/permissions.hpp"

#include <cstddef>
#include <string>

namespace http {

/// Routes the requests of one event loop's connections. They share a router, because the buffers of
/// its target would be most of what an idle connection takes. Used on its loop's thread.
class router {
public:
  /// Borrows `server`. For operators there are only the routes of their audience, and everybody has
  /// the scope `metrics`.
  explicit router(const v1::server_info& server, const rights::access_policy& policy = {},
                  audience serves = audience::clients);

  /// Parses the target of `request`, finds the route and returns the action of its handler.
  /// Responds itself if the request is malformed, has no route, or may not be sent by its client,
  /// and to OPTIONS. The action may borrow from `request`, and until the next call from the router.
  action route(const request& request, const connection_info& connection);

  /// Returns the index of the path of the request that was routed last, see path_routes;
  /// loop_metrics::unrouted if it has none.
  std::size_t path() const noexcept { return path_ != nullptr ? path_->index : paths_max; }

  /// Returns further fields for the response to `request`, see browser_guard.
  const std::string* fields_for(const request& request) const {
    return browser_guard_.fields_for(request);
  }

  /// Returns the known hosts of the loop's parsers, see request_parser.
  const http::known_hosts& known_hosts() const noexcept { return browser_guard_.known_hosts(); }

private:
  const rights::permissions& permissions_of(const request& request,
                                            const connection_info& connection) const noexcept;
  bool serves(const path_routes& routes) const noexcept;
  action respond_to_options(const request& request, const path_routes& routes) const;

  const v1::server_info& server_;
  const audience serves_;
  browser_guard browser_guard_;
  rights::permissions local_;
  rights::permissions forwarded_;
  rights::permissions remote_;
  target target_;
  const path_routes* path_ = nullptr;  // of the last request; null: none has it
};

}  // namespace http
