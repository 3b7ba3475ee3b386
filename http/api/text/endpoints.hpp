#pragma once

#include "http/api/request_context.hpp"

namespace http {

// The handlers of the text endpoints. Each ignores unknown parameters, and responds to a missing,
// repeated or invalid one with 400 and one line of text. Idempotency-Key, Idempotency-Key-TTL,
// If-Match and If-None-Match mean the same as under /v1.

action increment_counter(const request_context& context);  // ?name=N
action read_counter(const request_context& context);       // ?name=N
action set_counter(const request_context& context);        // ?name=N&val=V

}  // namespace http
