#pragma once

#include "http/api/authenticator.hpp"
#include "http/api/browser_guard.hpp"
#include "http/api/request_context.hpp"
#include "http/api/route_table.hpp"
#include "rights/access_policy.hpp"
#include "rights/permissions.hpp"

#include <cstddef>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace http {

/// Routes the requests of one event loop's connections. They share a router, because the buffers of
/// its target would be most of what an idle connection takes. Used on its loop's thread.
class router {
public:
  /// Borrows `server`, and `now`, the current second, by which tokens expire; null: the system's
  /// clock. For operators there are only the routes of their audience, and everybody has the scope
  /// `metrics`. Throws std::runtime_error if there are tokens and no SHA-256.
  explicit router(const v1::server_info& server, const rights::access_policy& policy = {},
                  const std::time_t* now = nullptr, audience serves = audience::clients);

  /// Parses the target of `request`, finds the route and returns the action of its handler.
  /// Responds itself if the request is malformed, has no route, or may not be sent by its client,
  /// and to OPTIONS. The action may borrow from `request`, and until the next call from the router.
  action route(const request& request, const connection_info& connection);

  /// Returns the index of the path of the request that was routed last, see path_routes;
  /// loop_metrics::unrouted if it has none.
  std::size_t path() const noexcept { return path_ != nullptr ? path_->index : paths_max; }

  /// Returns the response if route() refuses `request` whatever its body is; otherwise nullopt.
  /// Call it when the header is complete.
  std::optional<response> refuse(const request& request, const connection_info& connection);

  /// Replaces the policy, for the next request on. Throws std::runtime_error if there are tokens
  /// and no SHA-256.
  void set_policy(const rights::access_policy& policy);

  /// Has report_failure() call `report`.
  void report_failures(std::function<void()> report) { report_failure_ = std::move(report); }

  /// Reports a response with status 401.
  void report_failure() const {
    if (report_failure_)
      report_failure_();
  }

  /// Returns further fields for the response to `request`, which was routed last, see
  /// browser_guard.
  const std::string* fields_for(const request& request, bool has_content_policy = false) const {
    return is_public_ ? &browser_guard::fields_of_published()
                      : browser_guard_.fields_for(request, has_content_policy);
  }

  /// Returns the known hosts of the loop's parsers, see request_parser.
  const http::known_hosts& known_hosts() const noexcept { return browser_guard_.known_hosts(); }

private:
  struct found_route {
    path_match match{};
    const http::route* route = nullptr;
    const rights::permissions* permissions = nullptr;
    bool is_bearer = false;  // with a token that no browser sends by itself
  };

  action respond(const request& request, const connection_info& connection, bool is_whole);
  std::optional<response> authenticate(const request& request, error_format errors,
                                       found_route& found);
  rights::verdict check(const found_route& found);
  rights::verdict check_limits(const found_route& found);
  bool is_published(const found_route& found) const;
  const rights::permissions& permissions_of(const request& request,
                                            const connection_info& connection) const noexcept;
  bool serves(const path_routes& routes) const noexcept;
  bool is_for_anybody(const http::route& route, const path_routes& routes) const noexcept;
  response respond_to_options(const request& request, const path_routes& routes) const;

  const v1::server_info& server_;
  const audience serves_;
  const std::time_t* const now_;
  bool is_read_only_ = false;
  bool has_page_ = false;
  rights::public_names published_;
  browser_guard browser_guard_;
  authenticator authenticator_;
  rights::permissions local_{rights::scope_set{}, false};
  rights::permissions forwarded_{rights::scope_set{}, false};
  rights::permissions remote_{rights::scope_set{}, false};
  rights::permissions of_token_{rights::scope_set{},
                                false};  // of the request that is being routed, if it has one
  target target_;
  const path_routes* path_ = nullptr;  // of the last request; null: none has it
  bool is_public_ = false;             // the last request is for a published counter
  std::function<void()> report_failure_;
};

}  // namespace http
