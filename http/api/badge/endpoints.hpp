#pragma once

#include "http/api/request_context.hpp"

namespace http::badge {

// The handlers of /badge and /hit: the value of a counter as a picture or as JSON, for pages and
// READMEs. Each responds to a parameter that it cannot take with 400 and one line of text.

// These read the counter. Caches may use the response for a minute if the counter is published.
action show_image(const request_context& context);
action show_object(const request_context& context);

// These add 1 before, at most once in rights::public_names::hit_interval for each client. A client
// that has no right but that the counter is published does not create it: names cost memory, and
// strangers have many.
action hit_image(const request_context& context);
action hit_object(const request_context& context);
action hit_pixel(const request_context& context);

}  // namespace http::badge
