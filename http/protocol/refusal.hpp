#pragma once

#include "http/protocol/status.hpp"

#include <string_view>

namespace http {

/// Why a message cannot be taken as a request. The connection ends with it: where
/// the next request would begin is no longer sure.
struct refusal {
  http::status status = status::bad_request;
  std::string_view line;  ///< for the peer; static, ends with a newline
};

}  // namespace http
