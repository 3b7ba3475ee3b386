#pragma once

#include "http/api/request_context.hpp"

namespace http::v1 {

// The handlers of the resource API. Each refuses unknown parameters, and responds to an invalid
// request with problem details.

// /v1/counters/{name}
action read_counter(const request_context& context);
action add_to_counter(const request_context& context);
action set_counter(const request_context& context);
action remove_counter(const request_context& context);

action stream_counter(const request_context& context);
action stream_counters(const request_context& context);
action list_counters(const request_context& context);
action list_top(const request_context& context);
action list_prefixes(const request_context& context);
action remove_counters(const request_context& context);
action run_batch(const request_context& context);
action make_backup(const request_context& context);
action show_statistics(const request_context& context);
action describe_server(const request_context& context);
action describe_api(const request_context& context);

}  // namespace http::v1
