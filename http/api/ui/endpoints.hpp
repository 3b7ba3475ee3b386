#pragma once

#include "http/api/request_context.hpp"

namespace http::ui {

/// `GET /`: a page for a browser, and for anything else a text that says how to begin.
action show_index(const request_context& context);

/// `GET /ui/{name}`: a file of the page.
action show_asset(const request_context& context);

}  // namespace http::ui
