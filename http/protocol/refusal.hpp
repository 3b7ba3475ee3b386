#pragma once

#include "http/protocol/status.hpp"

#include <string_view>

namespace http {

/// The response to a message that is no acceptable request. The connection ends with it, as the
/// beginning of the next request is unknown. Every refusal is a constant, so a pointer to it stays
/// valid.
struct refusal {
  http::status status = status::bad_request;
  std::string_view line;  ///< the body; static, ends with a newline
};

}  // namespace http
