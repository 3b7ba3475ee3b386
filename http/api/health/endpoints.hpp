#pragma once

#include "http/api/request_context.hpp"

namespace http {

// Handlers of /livez and /readyz: 200 or 503, with a line of text for each check that fails, or for
// every check with `?verbose`. `?exclude=NAME` leaves a check out; may be repeated.

action show_liveness(const request_context& context);

/// Also takes `?for=read`: leaves out what only changes need.
action show_readiness(const request_context& context);

}  // namespace http
