#pragma once

#include "http/protocol/response.hpp"

#include <string>
#include <string_view>

namespace http {

/// A response that owns what it says.
struct message {
  http::status status = status::ok;
  std::string body{};
  std::string_view type = text_type;
  std::string_view allow{};  ///< static
  std::string fields{};      ///< see response
  bool may_be_kept = false;

  /// Borrows from the message.
  response view() const noexcept { return {status, body, allow, type, fields, may_be_kept}; }
};

}  // namespace http
