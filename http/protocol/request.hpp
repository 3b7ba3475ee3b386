#pragma once

#include "http/protocol/header_fields.hpp"

#include <cstdint>
#include <string>

namespace http {

/// Single bits, so that a route can name a set of them.
enum class method : std::uint8_t {
  get = 1,
  head = 2,
  post = 4,
  put = 8,
  delete_ = 16,
  options = 32,
  other = 64,  ///< known to HTTP, used by no route: PATCH, ...
};

constexpr unsigned operator|(method left, method right) noexcept {
  return static_cast<unsigned>(left) | static_cast<unsigned>(right);
}
constexpr unsigned operator|(unsigned left, method right) noexcept {
  return left | static_cast<unsigned>(right);
}
constexpr bool contains(unsigned set, method one) noexcept {
  return (set & static_cast<unsigned>(one)) != 0;
}

/// What the pipeline needs of a request.
struct request {
  http::method method = method::other;
  std::string target;    ///< as sent, at most limits::target_bytes_max
  header_fields fields;  ///< gone with the body when the parser restarts
  /// Of methods that do something; at most limits::body_bytes_max.
  std::string body;
  bool http_11 = false;     ///< HTTP/1.1, else HTTP/1.0
  bool keep_alive = false;  ///< the peer would send more requests
};

}  // namespace http
