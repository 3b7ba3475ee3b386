#pragma once

#include "http/api/request_context.hpp"

namespace http {

// The handlers of the text endpoints. Each ignores parameters that it does not know, and
// responds to a wrong one with one line.

action increment_counter(const request_context& context);  // ?name=N
action read_counter(const request_context& context);       // ?name=N
action set_counter(const request_context& context);        // ?name=N&val=V
action show_index(const request_context& context);

}  // namespace http
