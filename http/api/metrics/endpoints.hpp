#pragma once

#include "http/api/request_context.hpp"

namespace http {

/// The handler of /metrics: the server's report in the text format of Prometheus. Takes no
/// parameters.
action show_metrics(const request_context& context);

}  // namespace http
